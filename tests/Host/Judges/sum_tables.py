"""Prints one JSON line per table of a SQLite catalog: its row count and a checksum per column, as PyIceberg reads it.
Usage: pyiceberg python sum_tables.py TOOL CATALOG_DB TABLE ...   (TOOL: pyiceberg-tool.py, whose forms of values and checksum are used)"""
import importlib.util
import json
import sys

from pyiceberg.catalog.sql import SqlCatalog

spec = importlib.util.spec_from_file_location("tool", sys.argv[1])
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
catalog = SqlCatalog("lake", uri=f"sqlite:///{sys.argv[2]}", warehouse="file:///nowhere")
for name in sys.argv[3:]:
    table = catalog.load_table(name)
    fields = table.scan().projection().fields
    arrow = table.scan().to_arrow()
    columns = {}
    for index, field in enumerate(fields):
        values = [tool._bits(v, field.field_type) for v in tool.column(arrow.column(index), field.field_type) if v is not None]
        columns[field.name] = {"count": len(values), "checksum": tool.checksum(map(tool.dumps, values))}
    print(json.dumps({"table": name, "rows": arrow.num_rows, "columns": columns}), flush=True)
