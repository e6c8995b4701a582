CREATE TABLE IF NOT EXISTS market (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, universe TEXT NOT NULL, instruments TEXT NOT NULL,
    UNIQUE (name, universe, instruments)
);
CREATE TABLE IF NOT EXISTS content (snapshot TEXT PRIMARY KEY, market INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS batch (
    market INTEGER NOT NULL, family TEXT NOT NULL, source TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, made TEXT NOT NULL, origin TEXT NOT NULL,
    digest BLOB NOT NULL, prints BLOB NOT NULL,
    UNIQUE (market, family, source, first, last, digest)
);
CREATE TABLE IF NOT EXISTS baskets (
    id INTEGER PRIMARY KEY, market INTEGER NOT NULL, names TEXT NOT NULL,
    days BLOB NOT NULL, returns BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS signal (
    market INTEGER NOT NULL, print INTEGER NOT NULL, baskets INTEGER NOT NULL,
    reach INTEGER NOT NULL, runs BLOB NOT NULL, made INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (market, print)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leader (
    market INTEGER NOT NULL, family TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
    month INTEGER NOT NULL, sketch BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS opening (
    market INTEGER NOT NULL, day TEXT NOT NULL, made TEXT NOT NULL,
    family TEXT NOT NULL, parameters TEXT NOT NULL
);
