# Written where the package is installed.
PROGRAM: str
