"""The ways of attributing: one file, one function, one corpus file and one value of ``rule`` each."""
