"""What changes what is known here: taking a published snapshot over."""
