# A database in memory and in a file.
import sqlite3
for place in (":memory:", "/work/db"):
    db = sqlite3.connect(place)
    db.execute("create table t (x)")
    db.execute("insert into t values (?)", (1,))
    print(db.execute("select * from t").fetchall())
