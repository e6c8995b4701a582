"""The engine: costs, plan, simulation, figures; strategy × market → result."""
