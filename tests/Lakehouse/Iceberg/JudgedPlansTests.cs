using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Scan;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Tests.Iceberg;

/// <summary>Iceberg Java and PyIceberg plan every fixture here and now: we read the files that they read, or we refuse.</summary>
public sealed class JudgedPlansTests(ITestOutputHelper output)
{
    /// <summary>What we refuse although others read it; anything else must be planned.</summary>
    static readonly string[] refusals = ["equality deletes", "position deletes"];

    /// <summary>What PyIceberg cannot plan and we and Java can.</summary>
    static readonly string[] limitsOfPyIceberg = ["equality deletes", "manifest-list", "valid array"];

    const string Java = """
        import java.io.*;
        import java.nio.file.*;
        public class Plans {
            public static void main(String[] args) throws Exception {
                PrintStream out = System.out;
                for (String line : Files.readAllLines(Path.of(args[0]))) {
                    ByteArrayOutputStream planned = new ByteArrayOutputStream();
                    String error = "";
                    System.setOut(new PrintStream(planned, true));
                    try { dartlake.IcebergJava.main(line.split("\t")); }
                    catch (Throwable e) { error = String.valueOf(e).replaceAll("\\s+", " "); }
                    System.setOut(out);
                    out.println("# " + error);
                    if (error.isEmpty())
                        out.print(planned);
                }
            }
        }
        """;

    const string Python = """
        import sys
        from pyiceberg.io.pyarrow import PyArrowFileIO
        from pyiceberg.table import StaticTable
        original, rule = PyArrowFileIO.parse_location, None
        def parse_location(location, properties={}):
            old, new = rule
            return original(new + location[len(old):] if location.startswith(old) else location, properties)
        PyArrowFileIO.parse_location = staticmethod(parse_location)
        for line in open(sys.argv[1], encoding="utf-8"):
            _, metadata, _, mapping, *snapshot = line.rstrip("\n").split("\t")
            rule = mapping.split("=", 1)
            try:
                arguments = {"snapshot_id": int(snapshot[1])} if snapshot else {}
                paths = [t.file.file_path for t in StaticTable.from_metadata(metadata).scan(**arguments).plan_files()]
            except Exception as e:
                print("#", type(e).__name__, " ".join(str(e).split()))
                continue
            print("# ")
            for path in paths:
                print(path)
        """;

    /// <summary>What one planned: its files, those among them with deletes, or why it could not.</summary>
    sealed record Plan(IReadOnlyList<string> Paths, bool HasDeletes, string Error)
    {
        public string Text => Error.Length > 0 ? Error : string.Join('\n', Paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Java_and_PyIceberg_plan_the_files_of_every_fixture_that_we_plan_or_we_refuse_it_by_what_it_is()
    {
        var folder = Shared.Path("data", "iceberg");
        var fixtures = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"))).RootElement
            .GetProperty("tables").EnumerateArray().ToList();
        var work = Directory.CreateTempSubdirectory("dartlake-plans-").FullName;
        try
        {
            var jobs = Path.Combine(work, "jobs.tsv");
            await File.WriteAllLinesAsync(jobs, fixtures.Select(f => string.Join('\t', Job(folder, f))));
            var (source, script) = (Path.Combine(work, "Plans.java"), Path.Combine(work, "plans.py"));
            await File.WriteAllTextAsync(source, Java);
            await File.WriteAllTextAsync(script, Python);
            var java = Plans(await Judge.JavaProgramAsync(source, jobs));
            var python = Plans(await Judge.PythonAsync(script, jobs));
            Assert.Equal((fixtures.Count, fixtures.Count), (java.Count, python.Count));
            var (withJava, withPython, refused) = (0, 0, 0);
            foreach (var (i, fixture) in fixtures.Index())
            {
                var name = $"{fixture.GetProperty("metadata").GetString()} {(fixture.TryGetProperty("snapshot", out var id) ? id : default)}";
                var ours = await OursAsync(folder, fixture);
                output.WriteLine($"{name}\n  ours   {First(ours)}\n  Java   {First(java[i])}\n  Python {First(python[i])}");
                if (ours.Error.Length > 0)
                {
                    refused++;
                    var isListed = java[i].HasDeletes && refusals.Any(r => ours.Error.Contains(r, StringComparison.Ordinal));
                    Assert.True(java[i].Error.Length > 0 || isListed,
                        $"{name}: refused with {ours.Error}, Java plans {java[i].Text}");
                    continue;
                }
                // a table that Java alone cannot read
                if (java[i].Error.Length > 0)
                    Assert.Equal("rows-or-reject", fixture.GetProperty("verdict").GetString());
                else
                    Assert.True(java[i].Text == ours.Text, $"{name}: ours\n{ours.Text}\nJava's\n{java[i].Text}");
                if (python[i].Error.Length > 0)
                    Assert.True(limitsOfPyIceberg.Any(r => python[i].Error.Contains(r, StringComparison.Ordinal)),
                        $"{name}: PyIceberg {python[i].Error}");
                else
                    Assert.True(python[i].Text == ours.Text, $"{name}: ours\n{ours.Text}\nPyIceberg's\n{python[i].Text}");
                withJava += java[i].Error.Length == 0 ? 1 : 0;
                withPython += python[i].Error.Length == 0 ? 1 : 0;
            }
            output.WriteLine($"{withJava} plans are Java's, {withPython} PyIceberg's, {refused} are refused");
            Assert.True(withJava >= 70 && withPython >= 65, $"{withJava} plans are Java's, {withPython} PyIceberg's, {refused} are refused");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    static string First(Plan plan) => plan.Error.Length > 0 ? plan.Error : $"{plan.Paths.Count} files";

    static IEnumerable<string> Job(string folder, JsonElement fixture)
    {
        var map = fixture.GetProperty("map").EnumerateObject().Single();
        var metadata = Path.Combine(folder, fixture.GetProperty("metadata").GetString()!);
        string[] job = ["plan", metadata, "--map", $"{map.Name}={Path.Combine(folder, map.Value.GetString()!)}"];
        return fixture.TryGetProperty("snapshot", out var id) ? [.. job, "--snapshot", $"{id}"] : job;
    }

    static List<Plan> Plans(string printed)
    {
        var plans = new List<Plan>();
        foreach (var part in ("\n" + printed).Split("\n# ").Skip(1))
        {
            var lines = part.Split('\n');
            var files = lines.Skip(1).Where(l => l.Length > 0).ToList();
            var isJson = files.Count > 0 && files[0].StartsWith('{');
            var json = isJson ? files.ConvertAll(l => JsonDocument.Parse(l).RootElement) : [];
            plans.Add(new(
                isJson ? json.ConvertAll(f => f.GetProperty("path").GetString()!) : files,
                json.Exists(f => f.GetProperty("deletes").GetArrayLength() > 0),
                lines[0].Trim()));
        }
        return plans;
    }

    static async Task<Plan> OursAsync(string folder, JsonElement fixture)
    {
        var store = new MappedStore(folder, fixture);
        try
        {
            var location = FileLocation.FromPath(Path.Combine(folder, fixture.GetProperty("metadata").GetString()!));
            var table = new Table(new("ns", "t"), location, await new MetadataStore(store).ReadAsync(location, CancellationToken.None));
            var options = new ScanOptions { SnapshotId = fixture.TryGetProperty("snapshot", out var id) ? id.GetInt64() : null };
            var plan = await new TableScan(new ManifestStore(store)).PlanAsync(table, options, CancellationToken.None);
            return new([.. plan.Files.Select(f => f.Path)], false, "");
        }
        catch (LakeException e)
        {
            return new([], false, e.Message);
        }
    }
}
