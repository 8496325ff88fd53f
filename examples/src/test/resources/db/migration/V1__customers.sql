-- The application's own first migration, which has the same version as the library's.
create table customers (
    id bigint generated always as identity,
    name text not null,
    constraint customers_pkey primary key (id),
    constraint customers_name_key unique (name)
);
