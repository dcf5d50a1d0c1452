"""A picture from anywhere, in the sizes and crops you need, in a store you own, with a URL."""
