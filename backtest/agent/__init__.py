"""The commands for a language-model agent, over the Model Context Protocol: `nqp mcp`."""
