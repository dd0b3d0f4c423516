"""What was meant by a word that was mistyped: a noisy channel over the words that this person may write here."""
