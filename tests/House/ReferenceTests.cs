using System.Xml.Linq;

namespace Dart.Lake.House.Tests;

/// <summary>References point one way only (the picture in docs/architecture.md).</summary>
public class ReferenceTests
{
    /// <summary>Each project and the projects that it may name.</summary>
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Dart.Lake.Schemas"] = [],
        ["Dart.Lake.Analytics"] = ["Dart.Lake.Schemas"],
        ["Dart.Lake.Lakehouse"] = ["Dart.Lake.Analytics", "Dart.Lake.Schemas"],
        ["Dart.Lake.Serving"] = ["Dart.Lake.Lakehouse"],
        ["Dart.Lake.Jobs"] = ["Dart.Lake.Lakehouse"],
        ["Dart.Lake.Sql"] = ["Dart.Lake.Lakehouse"],
        ["Dart.Lake.Orchestration"] = ["Dart.Lake.Sql", "Dart.Lake.Lakehouse"],
        ["Dart.Lake.Host"] = ["Dart.Lake.Jobs", "Dart.Lake.Serving", "Dart.Lake.Orchestration", "Dart.Lake.Lakehouse"],
    };

    /// <summary>Namespaces of packages and the folders that may use them: one door each.</summary>
    static readonly (string Namespace, string[] Folders)[] Doors =
    [
        ("Confluent.Kafka", ["jobs/"]),
        ("DuckDB.NET", ["lakehouse/core/Engines/"]),
        ("StackExchange.Redis", ["lakehouse/core/HotStore/"]),
        ("Garnet", ["lakehouse/core/HotStore/"]),
        ("ParquetSharp", ["lakehouse/core/Parquet/", "lakehouse/core/Columns/", "lakehouse/core/Engines/Formats/"]),
        ("Parquet", ["lakehouse/core/Proofs/", "lakehouse/core/Parquet/"]),
        ("Microsoft.Data.Sqlite", ["lakehouse/core/Catalogs/"]),
        ("Dapper", ["lakehouse/core/Catalogs/"]),
        ("Spectre.Console", ["orchestration/host/"]),
        ("System.CommandLine", ["orchestration/host/"]),
        ("NodaTime", ["lakehouse/analytics/", "lakehouse/core/", "jobs/", "orchestration/", "dbt-like-sql/"]),
        ("Newtonsoft.Json", []),
        ("System.Data.SqlClient", []),
        ("Grpc", ["lakehouse/core/Engines/Spark/"]),
    ];

    static IEnumerable<string> References(string project, string element) =>
        XDocument.Parse(Repository.Read(project)).Descendants(element).Select(e => e.Attribute("Include")!.Value);

    [Fact]
    public void Project_references_point_one_way_only() => Repository.None(
        from project in Repository.ProductProjects
        let name = Path.GetFileNameWithoutExtension(project)
        from reference in References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))
        where !(Allowed.TryGetValue(name, out var allowed) && allowed.Contains(reference))
        select $"{project} must not reference {reference}", "a reference against the direction of the house");

    [Fact]
    public void Every_project_of_the_tree_is_in_the_solution()
    {
        var solution = Repository.Read("Dart.Lake.sln").Replace('\\', '/');
        Repository.None(Repository.With(".csproj").Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal)), "not in Dart.Lake.sln");
    }

    [Fact]
    public void Versions_of_packages_are_central() => Repository.None(
        from project in Repository.With(".csproj")
        from reference in XDocument.Parse(Repository.Read(project)).Descendants("PackageReference")
        where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
        select $"{project}: {reference.Attribute("Include")!.Value}", "give the version in Directory.Packages.props");

    [Fact]
    public void Every_project_has_a_lock_file() => Repository.None(
        Repository.With(".csproj").Where(p => !Repository.Files.Contains($"{Path.GetDirectoryName(p)!.Replace('\\', '/')}/packages.lock.json")), "no packages.lock.json beside it");

    [Fact]
    public void A_package_is_used_behind_its_door_only() => Repository.None(
        from file in Repository.ProductCode
        from name in FileUsings.Of(file)
        from door in Doors
        where (name == door.Namespace || name.StartsWith(door.Namespace + ".", StringComparison.Ordinal))
            && !door.Folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))
        select $"{file}: {name} is used only in {(door.Folders.Length == 0 ? "no folder" : string.Join(", ", door.Folders))}", "a package used away from its door");

    /// <summary>verify shares no code with what it proves.</summary>
    [Fact]
    public void The_prover_uses_no_writer() => Repository.None(
        from file in Repository.ProductCode
        where file.StartsWith("lakehouse/core/Proofs/", StringComparison.Ordinal)
        from name in FileUsings.Of(file)
        where name.StartsWith(
            "ParquetSharp", StringComparison.Ordinal) || name.StartsWith("Dart.Lake.Lakehouse.Parquet", StringComparison.Ordinal) || name.StartsWith("Apache.Arrow", StringComparison.Ordinal)
            || name.StartsWith("Dart.Lake.Lakehouse.Columns", StringComparison.Ordinal)
        select $"{file}: {name}", "the prover reads with a code of its own");
}
