:cost > 2
