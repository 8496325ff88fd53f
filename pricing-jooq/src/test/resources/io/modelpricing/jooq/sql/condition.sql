:cost > 1 and r.created_at >= timestamptz :'since' and r.size < :size
