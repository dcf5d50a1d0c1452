"""The story: a source is loaded, becomes a blob, is transformed, is put in a store, has a URL."""
