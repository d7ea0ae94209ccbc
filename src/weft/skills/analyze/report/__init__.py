"""What happened in a day, a week or a month, why, what is unusual, and what to do."""
