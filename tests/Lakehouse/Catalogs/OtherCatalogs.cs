using Dart.Lake.Lakehouse.Tests.Iceberg;

namespace Dart.Lake.Lakehouse.Tests.Catalogs;

/// <summary>What others put into a lake's database beside our tables: views of Iceberg Java, tables of PyIceberg.</summary>
static class OtherCatalogs
{
    const string View = """
        import java.util.*;
        import org.apache.iceberg.*;
        import org.apache.iceberg.catalog.*;
        import org.apache.iceberg.jdbc.JdbcCatalog;
        import org.apache.iceberg.types.Types;
        import org.apache.iceberg.view.*;
        public class Views {
            public static void main(String[] a) throws Exception {
                JdbcCatalog catalog = new JdbcCatalog();
                catalog.setConf(new org.apache.hadoop.conf.Configuration());
                catalog.initialize("lake", Map.of("uri", "jdbc:sqlite:" + a[1], "warehouse", a[2], "jdbc.schema-version", "V1"));
                TableIdentifier name = TableIdentifier.of("bronze", "seen");
                Schema schema = new Schema(Types.NestedField.optional(1, "x", Types.IntegerType.get()));
                if (a[0].equals("make")) {
                    catalog.buildView(name).withSchema(schema).withQuery("spark", "select 1 as x").withDefaultCatalog("lake")
                        .withDefaultNamespace(Namespace.of("bronze")).create();
                    catalog.buildView(name).withSchema(schema).withQuery("spark", "select 2 as x").withDefaultCatalog("lake")
                        .withDefaultNamespace(Namespace.of("bronze")).replace();
                }
                View view = catalog.loadView(name);
                System.out.println(view.sqlFor("spark").sql() + "|" + view.location());
            }
        }
        """;

    const string Table = """
        import sys, pyarrow as pa
        from pyiceberg.catalog.sql import SqlCatalog
        verb, file, name, warehouse, table = sys.argv[1:6]
        catalog = SqlCatalog(name, uri="sqlite:///" + file, warehouse="file://" + warehouse)
        if verb == "make":
            rows = pa.table({"x": pa.array([1, 2, 3], pa.int32())})
            catalog.create_namespace_if_not_exists(table.split(".")[0])
            catalog.create_table(table, rows.schema).append(rows)
        print(sum(catalog.load_table(table).scan().to_arrow().to_pydict()["x"]))
        """;

    /// <summary>A view <c>bronze.seen</c> of the lake, as Spark makes it; its SQL and location.</summary>
    public static Task<string> MakeViewAsync(Lake lake) => ViewAsync("make", lake);

    public static Task<string> ReadViewAsync(Lake lake) => ViewAsync("read", lake);

    /// <summary>A table of three rows, through a catalog of that name and warehouse; the sum of its column.</summary>
    public static Task<string> MakeTableAsync(string catalogFile, string catalog, string warehouse, string table) =>
        TableAsync("make", catalogFile, catalog, warehouse, table);

    public static Task<string> ReadTableAsync(string catalogFile, string catalog, string table) =>
        TableAsync("read", catalogFile, catalog, "", table);

    static Task<string> ViewAsync(string verb, Lake lake) => WithAsync("Views.java", View, async file =>
        await Judge.JavaProgramAsync(file, verb, lake.CatalogFile, $"file://{lake.Warehouse}"));

    static Task<string> TableAsync(params string[] arguments) => WithAsync("table.py", Table, async file =>
        await Judge.PythonAsync(file, arguments));

    static async Task<string> WithAsync(string name, string source, Func<string, Task<string>> run)
    {
        var folder = Directory.CreateTempSubdirectory("dartlake-others-");
        try
        {
            var file = Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(file, source, TestContext.Current.CancellationToken);
            return (await run(file)).Trim();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
