/** The provider of models that is asked directly, and through everything that is measured. */
await import('@parley/test-upstream/main')
