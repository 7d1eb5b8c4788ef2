using System.Diagnostics;

namespace Dart.Lake.Jobs.Tests.Bronze;

/// <summary>
/// An engine of others that stays and does to lakes what it is told: a line of catalog and statement each, answered by lines and a dot.
/// What loses a race against the stream is done again, as its user would.
/// </summary>
sealed class Meddler : IAsyncDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromMinutes(3);

    const string SparkProgram = """
        import java.io.*;
        import java.util.*;
        import org.apache.spark.sql.*;
        public class Meddler {
            public static void main(String[] args) throws Exception {
                SparkSession root = SparkSession.builder().master("local[2]").appName("meddler").config("spark.ui.enabled", "false")
                    .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").config("spark.sql.session.timeZone", "UTC")
                    .config("spark.sql.shuffle.partitions", "2").config("spark.sql.catalogImplementation", "in-memory")
                    .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions").getOrCreate();
                PrintStream out = System.out;
                System.setOut(System.err);
                Map<String, SparkSession> sessions = new HashMap<>();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
                for (String line; (line = in.readLine()) != null; ) {
                    String[] parts = line.split("\t");
                    SparkSession spark = sessions.computeIfAbsent(parts[0], path -> {
                        SparkSession s = root.newSession();
                        String lake = "spark.sql.catalog.lake";
                        s.conf().set(lake, "org.apache.iceberg.spark.SparkCatalog");
                        s.conf().set(lake + ".type", "jdbc");
                        s.conf().set(lake + ".uri", "jdbc:sqlite:" + path + "?busy_timeout=10000");
                        s.conf().set(lake + ".jdbc.schema-version", "V1");
                        s.conf().set(lake + ".cache-enabled", "false");
                        s.conf().set(lake + ".warehouse", args[0]);
                        return s;
                    });
                    for (int attempt = 0; ; attempt++) {
                        try {
                            List<String> rows = new ArrayList<>();
                            spark.sql(parts[1]).toLocalIterator().forEachRemaining(r -> rows.add(r.isNullAt(0) ? "null" : String.valueOf(r.get(0))));
                            rows.forEach(out::println);
                            out.println(".");
                            break;
                        } catch (Throwable e) {
                            StringBuilder text = new StringBuilder();
                            for (Throwable t = e; t != null; t = t.getCause()) text.append(t.getClass().getSimpleName()).append(": ").append(t.getMessage()).append("; ");
                            String said = text.toString().replaceAll("\\s+", " ");
                            if (attempt >= 20 || !said.matches(".*(CommitFailed|locked|busy|Cannot commit|has changed|UncheckedSQL).*")) {
                                out.println("!" + said);
                                break;
                            }
                        }
                    }
                    out.flush();
                }
                Runtime.getRuntime().halt(0);
            }
        }
        """;

    readonly string folder = Directory.CreateTempSubdirectory("dartlake-meddler-").FullName;
    readonly Process process;

    Meddler(string program, string source, Func<string, IEnumerable<string>> arguments)
    {
        var file = Path.Combine(folder, program);
        File.WriteAllText(file, source);
        var line = arguments(file).ToList();
        process = Process.Start(new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <summary>PyIceberg: statements are Python, with <c>catalog</c> and <c>table</c>, a function of a name.</summary>
    public static Meddler PyIceberg() => new("meddler.py", """
        import sys, time, traceback
        from pyiceberg.catalog.sql import SqlCatalog
        for line in sys.stdin:
            path, statement = line.rstrip("\n").split("\t")
            for attempt in range(30):
                catalog = SqlCatalog("lake", uri="sqlite:///" + path)
                try:
                    exec(statement, {"catalog": catalog, "table": catalog.load_table})
                    print(".", flush=True)
                    break
                except Exception as e:
                    text = " ".join(f"{type(e).__name__}: {e}".split())
                    if attempt == 29 or not any(w in text for w in ("CommitFailed", "locked", "has changed", "been updated")):
                        print("!" + text, flush=True)
                        break
                    time.sleep(0.02)
        """, file => [Shared.Path("engines", "pyiceberg"), "python", file]);

    /// <summary>Spark: statements are SQL over the catalog <c>lake</c>; a session for each lake, all in one process.</summary>
    public static Meddler Spark()
    {
        var script = Shared.Path("engines", "spark");
        return new("Meddler.java", SparkProgram, file =>
        [
            "/bin/bash", "-c",
            // the script's own functions: where it is unpacked, which Java, and what Java must be told
            """
            set -- unpack; export LAKE_JDBC_URL=jdbc:sqlite:none; source "$0" > /dev/null
            java=$(find_java); mkdir -p "$FOLDER/tmp"; jvm_options "$FOLDER"
            export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS="$FOLDER/tmp"; cd "$FOLDER"
            exec "$java" "${jvm[@]}" -cp "$class_path" --source 17 "$FILE" "$FOLDER/unused"
            """.Replace("$FOLDER", Path.GetDirectoryName(file)!, StringComparison.Ordinal).Replace("$FILE", file, StringComparison.Ordinal),
            script,
        ]);
    }

    /// <summary>The first column of what it answers; it fails the test with what it said.</summary>
    public async Task<IReadOnlyList<string>> DoAsync(string catalogFile, string statement, CancellationToken cancel)
    {
        var (rows, refused) = await TryAsync(catalogFile, statement, cancel);
        Assert.True(refused is null, $"{statement}: {refused}");
        return rows;
    }

    /// <summary>The same, or why it would not.</summary>
    public async Task<(IReadOnlyList<string> Rows, string? Refused)> TryAsync(
        string catalogFile, string statement, CancellationToken cancel)
    {
        using var expiry = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        expiry.CancelAfter(limit);
        await process.StandardInput.WriteLineAsync($"{catalogFile}\t{statement}".AsMemory(), expiry.Token);
        await process.StandardInput.FlushAsync(expiry.Token);
        var rows = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(expiry.Token) is { } line)
            if (line == ".")
                return (rows, null);
            else if (line.StartsWith('!'))
                return ([], line[1..]);
            else
                rows.Add(line);
        throw new InvalidOperationException($"the engine ended at: {statement}");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
