"""What must add up over published days: totals of accounts over any stretch, rows to desks and the firm, columns to their total."""
from decimal import Decimal as D


def checks(days):
    """(what, comparisons, differences in words) of the published tables of consecutive days, in order."""
    return [("totals telescope", *telescope(days)), ("columns add up", *columns(days)), ("desks and firm add up", *levels(days)), ("positions add up to accounts", *positions(days))]


def telescope(days):
    """From any day to any other: the totals are what was realised less fees, and the last level less the first."""
    by_account, count, found = {}, 0, []
    for day in days:
        for row in day["gold.portfolio_summary"]:
            by_account.setdefault(row["account"], []).append(row)
    for account, rows in sorted(by_account.items()):
        for prefix, currency in (("", "currency"), ("firm_", "firm_currency")):
            value = lambda row, name: row[prefix + name]
            for i in range(len(rows)):
                total = earned = D(0)
                for row in rows[i:]:
                    if row[currency] != rows[i][currency]:
                        break
                    total, earned, count = total + value(row, "total_day"), earned + value(row, "realised") - value(row, "fees"), count + 1
                    level = value(row, "unrealised") - value(rows[i], "unrealised_prior")
                    if total != earned + level:
                        found.append(f"{account} {prefix or 'account '}{rows[i]['trade_date']} to {row['trade_date']}: totals {total}, realised less fees {earned}, change of level {level}")
                if i and rows[i][currency] == rows[i - 1][currency] and value(rows[i], "unrealised_prior") != value(rows[i - 1], "unrealised"):
                    found.append(f"{account} {rows[i]['trade_date']}: {prefix}unrealised_prior is not what was published")
    return count, found


def columns(days):
    count, found = 0, []
    for day in days:
        for row in day["gold.portfolio_summary"]:
            for prefix in ("", "firm_"):
                count += 1
                if row[f"{prefix}total_day"] != row[f"{prefix}realised"] + row[f"{prefix}unrealised"] - row[f"{prefix}unrealised_prior"] - row[f"{prefix}fees"]:
                    found.append(f"{row['trade_date']} {row['account']} {prefix}total_day")
    return count, found


def levels(days):
    """Desks are the sums of their accounts, the firm that of its desks."""
    count, found = 0, []
    for day in days:
        rows = {(row["level"], row["desk"]): row for row in day["gold.firm_summary"]}
        for name in ("realised", "unrealised", "unrealised_prior", "fees", "total_day", "fx"):
            by_desk = {}
            for row in day["gold.portfolio_summary"]:
                by_desk[row["desk"]] = by_desk.get(row["desk"], D(0)) + row[f"firm_{name}"]
            for key, want in [(("DESK", desk), value) for desk, value in by_desk.items()] + [(("FIRM", ""), sum(by_desk.values(), D(0)))]:
                count += 1
                if key not in rows or rows[key][name] != want:
                    found.append(f"{day['gold.portfolio_summary'][0]['trade_date']} {key} {name}: {rows.get(key, {}).get(name)}, its parts {want}")
    return count, found


def positions(days):
    """Per position: in each currency the total is its columns, and yesterday's level is what was published."""
    count, found, before = 0, [], {}
    for day in days:
        now = {(row["account"], row["instrument"]): row for row in day["gold.daily_pnl"]}
        for key, row in now.items():
            for prefix in ("", "account_", "firm_"):
                count += 1
                if row[f"{prefix}total_day"] != row[f"{prefix}realised"] + row[f"{prefix}unrealised"] - row[f"{prefix}unrealised_prior"] - row[f"{prefix}fees"]:
                    found.append(f"{row['trade_date']} {key} {prefix}total_day")
                if row[f"{prefix}unrealised_prior"] != (before[key][f"{prefix}unrealised"] if key in before else 0):
                    found.append(f"{row['trade_date']} {key} {prefix}unrealised_prior is not what was published")
        found += [f"{row['trade_date']} {key} had a level and has no row the day after" for key, row in before.items() if row["unrealised"] and key not in now]
        before = now
    return count, found


def hot(closes, runs, there):
    """The hot job's cut beside the publication of days that it cut, of accounts of which nothing came after the cut."""
    count, found = 0, []
    once = {day["date"]: run for run in runs for day in run["days"] if not day["is_restated"] and len(run["days"]) == 1 and not run["acted"]}
    for date, tables in there.items():
        if tables["tag"] != f"eod-{date}" or date.isoformat() not in once:
            continue
        late = any("not known to hot" in remark for remark in once[date.isoformat()]["remarks"])
        gold = {row["account"]: row for row in tables["published"]["gold.portfolio_summary"]}
        for row in closes:
            if row["trade_date"] == date and row["kind"] == "ACCOUNT" and row["account"] in gold and not late:
                for name in ("realised", "unrealised", "fees"):
                    count += 1
                    if row[f"account_{name}"] != gold[row["account"]][name]:
                        found.append(f"{date} {row['account']} {name}: hot {row[f'account_{name}']}, gold {gold[row['account']][name]}")
    return "hot at its cuts", count, found
