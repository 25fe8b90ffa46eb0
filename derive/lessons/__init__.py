"""The lessons: copied into a folder to learn in, opened in Jupyter, or executed and written as web pages."""
