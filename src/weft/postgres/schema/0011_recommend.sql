-- What somebody bought is asked for while they wait.
create index orders_by_buyer on orders (business, coalesce(customer, email));
