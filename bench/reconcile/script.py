"""What a user would write: csv, sqlite3 and dicts.

Usage: python3 script.py load|again DB CSV | record DB ANSWERS.jsonl | reconcile DB | export DB CSV
"""

import atexit
import csv
import json
import os
import resource
import sqlite3
import sys


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ["USAGE_FILE"], "w") as file:
        cpu = (used.ru_utime + used.ru_stime) * 1000
        json.dump({"cpuMillis": cpu, "peakMiB": used.ru_maxrss / 1024}, file)


atexit.register(usage)
step, path, *rest = sys.argv[1:]
db = sqlite3.connect(path)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = FULL")


def key(email):
    return email.strip().lower()


def load(file):
    db.executescript("""
        CREATE TABLE IF NOT EXISTS contacts (email_key TEXT PRIMARY KEY, email TEXT, contact_id TEXT, batch_id TEXT, first_name TEXT);
        CREATE TABLE IF NOT EXISTS answers (batch_id TEXT PRIMARY KEY, status TEXT, body TEXT);
        CREATE TABLE IF NOT EXISTS successes (batch_id TEXT, contact_id TEXT);
        CREATE TABLE IF NOT EXISTS failures (batch_id TEXT, email TEXT);
        CREATE TABLE IF NOT EXISTS outcomes (batch_id TEXT, email_key TEXT, outcome TEXT, contact_id TEXT,
            PRIMARY KEY (batch_id, email_key));
    """)
    with open(file, newline="") as rows, db:
        db.executemany(
            """INSERT INTO contacts VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (email_key) DO UPDATE SET email = excluded.email, contact_id = excluded.contact_id,
               batch_id = excluded.batch_id, first_name = excluded.first_name""",
            (
                (key(row["email"]), row["email"], row["contact_id"], row["batch_id"], row["first_name"])
                for row in csv.DictReader(rows)
            ),
        )


def record(file):
    with open(file) as lines:
        for line in lines:
            line = json.loads(line)
            batch, body = line["batchId"], line["body"]
            answer = json.loads(body)
            with db:
                db.execute("INSERT INTO answers VALUES (?, ?, ?)", (batch, answer["status"], body))
                db.executemany("INSERT INTO successes VALUES (?, ?)", ((batch, it) for it in answer["success"]))
                db.executemany("INSERT INTO failures VALUES (?, ?)", ((batch, it) for it in answer["failure"]))


def reconcile():
    successes, failures = {}, {}
    for batch, contact_id in db.execute("SELECT batch_id, contact_id FROM successes"):
        successes.setdefault(batch, set()).add(contact_id)
    for batch, email in db.execute("SELECT batch_id, email FROM failures"):
        failures.setdefault(batch, set()).add(key(email))
    outcomes = []
    for batch, email_key, contact_id in db.execute("SELECT batch_id, email_key, contact_id FROM contacts"):
        if email_key in failures.get(batch, ()):
            outcome = "rejected"
        elif contact_id in successes.get(batch, ()):
            outcome = "imported"
        else:
            outcome = "unaccounted"
        outcomes.append((batch, email_key, outcome, contact_id))
    with db:
        db.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?)", outcomes)


def export(file):
    with open(file, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["batch_id", "email", "outcome", "contact_id"])
        writer.writerows(
            db.execute(
                """SELECT o.batch_id, c.email, o.outcome, o.contact_id
                   FROM outcomes o JOIN contacts c USING (email_key) ORDER BY o.batch_id"""
            )
        )


{"load": load, "again": load, "record": record, "reconcile": reconcile, "export": export}[step](*rest)
db.close()
