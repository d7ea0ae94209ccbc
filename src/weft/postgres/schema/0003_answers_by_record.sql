-- A product's last answer is looked up by the product: its quality is a filter, and its page shows it.
create index remembered_by_record on remembered (record, skill, at desc);
