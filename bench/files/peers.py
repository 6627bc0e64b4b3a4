"""The same three-way match of plain CSV books by DuckDB or Polars, for `npm run bench -- files --peers`.

python3 peers.py duckdb|polars FOLDER: prints the counts by verdict as JSON, in duizhang's codes, and how many differences
it wrote to OUT (FOLDER/<engine>.csv). Two threads, as duizhang uses. What it does not do: errors by line, duplicates,
offsets, cross-day pairs, hints; and a refund's number alone is its key, which in these books is enough.
"""

import atexit
import json
import os
import resource
import sys

ENGINE, FOLDER = sys.argv[1:3]
BOOKS = ("merchant", "platform", "channel")
CELLS = ("order_no", "channel_txn_no", "refund_no", "kind", "amount", "occurred_at", "channel", "business_type", "his_order_no")
OUT = os.path.join(FOLDER, f"{ENGINE}.csv")


def report_usage():
    """One line as reportUsage.mjs writes it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    with open(os.environ["DUIZHANG_USAGE_FILE"], "a") as file:
        print(json.dumps({"cpuMs": (used.ru_utime + used.ru_stime) * 1000, "peakBytes": used.ru_maxrss * unit}), file=file)


def duckdb_counts():
    import duckdb

    db = duckdb.connect()
    db.execute("set threads = 2; set preserve_insertion_order = false")
    types = {cell: "DECIMAL(18,2)" if cell == "amount" else "VARCHAR" for cell in CELLS}
    for book in BOOKS:
        path = os.path.join(FOLDER, f"{book}.csv")
        db.execute(
            f"create view {book} as select coalesce(nullif(refund_no, ''), order_no) as number, kind, amount as {book}_amount "
            f"from read_csv('{path}', header = true, columns = {types})"
        )
    db.execute(
        """create temp table judged as select number, kind, case
            when platform_amount is null and merchant_amount = channel_amount then 'PLATFORM_MISSING'
            when channel_amount is null and merchant_amount is null then 'PLATFORM_ONLY'
            when channel_amount is null then 'MERCHANT_ONLY'
            when merchant_amount is null then 'CHANNEL_ONLY'
            when merchant_amount = channel_amount and platform_amount = channel_amount then 'MATCHED'
            else 'AMOUNT_MISMATCH' end as verdict
        from merchant full join platform using (number, kind) full join channel using (number, kind)"""
    )
    db.execute(f"copy (from judged where verdict <> 'MATCHED') to '{OUT}' (header)")
    return dict(db.execute("select verdict, count(*) from judged group by verdict").fetchall())


def polars_counts():
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl

    number = pl.when(pl.col("refund_no").fill_null("") == "").then(pl.col("order_no")).otherwise(pl.col("refund_no"))
    key = ["number", "kind"]
    schema = {cell: pl.Decimal(18, 2) if cell == "amount" else pl.String for cell in CELLS}
    rows = [
        pl.scan_csv(os.path.join(FOLDER, f"{book}.csv"), schema=schema).select(number.alias("number"), "kind", pl.col("amount").alias(book))
        for book in BOOKS
    ]
    merchant, platform, channel = (pl.col(book) for book in BOOKS)
    verdict = (
        pl.when(platform.is_null() & (merchant == channel)).then(pl.lit("PLATFORM_MISSING"))
        .when(channel.is_null() & merchant.is_null()).then(pl.lit("PLATFORM_ONLY"))
        .when(channel.is_null()).then(pl.lit("MERCHANT_ONLY"))
        .when(merchant.is_null()).then(pl.lit("CHANNEL_ONLY"))
        .when((merchant == channel) & (platform == channel)).then(pl.lit("MATCHED"))
        .otherwise(pl.lit("AMOUNT_MISMATCH"))
    )
    joined = pl.concat(rows, how="diagonal").group_by(key).agg(pl.col(*BOOKS).max())
    judged = joined.select(*key, verdict.alias("verdict")).collect(engine="streaming")
    judged.filter(pl.col("verdict") != "MATCHED").write_csv(OUT)
    return dict(judged.group_by("verdict").len().rows())


atexit.register(report_usage)
print(json.dumps({"duckdb": duckdb_counts, "polars": polars_counts}[ENGINE]()))
