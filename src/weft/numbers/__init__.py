"""What happened: one definition of each figure, one typed question, an answer with the rows behind it.

query           what may be asked, and what an answer is
definitions     what each metric and each dimension means, in words
"""
