"""What happened: one definition of each figure, one typed question, an answer with the rows behind it.

query           what may be asked, and what an answer is
definitions     what each metric and each dimension means, in words and as arithmetic
lines           what each line of an order comes to, computed from the orders themselves
keeping         the same, kept by line, order, day and month, and brought up to date from what changed
plan            from which of these a question is answered, and by which expressions
answering       counts, figures out of counts, rows that sum to the whole
behind          the order lines behind a figure
naming          the values that dimensions have, and what they are called
handle          `business.numbers`
"""
