"""The participants of `leasebook demo`: providers and buyers that trade by themselves, as clients of the real wire."""
