"""What this user is about to type: the package that developers embed."""
