using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>Files of tables are opened by the object store, so that tables may lie elsewhere than on this machine.</summary>
public class DoorTests
{
    /// <summary>Who opens files of this machine all the same, and which.</summary>
    static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["lakehouse/core/Storage/"] = "the local store itself",
        ["jobs/Runtime/Registry/FileSchemaRegistry.cs"] = "schemas as files",
        ["jobs/Producers/Lean/"] = "market data of others",
        ["dbt-like-sql/engine/Loading/ProjectLoader.cs"] = "models",
        ["dbt-like-sql/engine/Exports/ProjectCopy.cs"] = "the same, for dbt",
        ["orchestration/scheduler/Exports/ExportFolder.cs"] = "a folder for dbt, which is no part of the lake",
        ["schemas/DayManifest.cs"] = "the producer's manifest",
        ["lakehouse/core/Relocation/BesideFolders.cs"] = "copies of files that are no objects",
        ["lakehouse/core/Relocation/LakeBackup.cs"] = "a copy of the lake's files as files",
        ["orchestration/host/Verbs/ModelVerbs.cs"] = "the lake of a plan, which is thrown away",
        ["orchestration/host/Wiring/Machine.cs"] = "what the kernel says of memory",
        ["orchestration/host/Verbs/ServeVerb.cs"] = "the token that clients send",
        ["orchestration/host/Verbs/DoctorVerb.cs"] = "whether the folder can be written",
    };

    /// <summary>Of a file, what does not touch its bytes or its name.</summary>
    static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "Exists", "GetLastWriteTime", "GetLastWriteTimeUtc", "GetCreationTimeUtc", "GetAttributes", "GetUnixFileMode", "ResolveLinkTarget",
    };

    /// <summary>Where the product opens a file by its name, and how.</summary>
    static readonly Lazy<IReadOnlyList<(string File, string How)>> Openings = new(() =>
    [
        .. from project in ProductCompilations.All
           from file in project.Sources.Keys
           from meaning in project.MeaningsIn(file)
           // a method is named also where it is not called
           where meaning.Node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax
           where Opens(meaning.Symbol)
           select (file, $"{meaning.Symbol.Name} of {meaning.Symbol.ContainingType.ToDisplayString()}"),
    ]);

    static bool Opens(ISymbol symbol) => symbol.ContainingType?.ToDisplayString() switch
    {
        "System.IO.FileStream" or "System.IO.Compression.ZipFile" => true,
        "System.IO.File" => symbol is IMethodSymbol && !Harmless.Contains(symbol.Name),
        "System.IO.Directory" => symbol.Name is "Delete" or "Move",
        "System.IO.FileInfo" => symbol is IMethodSymbol { MethodKind: MethodKind.Ordinary },
        "System.IO.StreamReader" or "System.IO.StreamWriter" =>
            symbol is IMethodSymbol { Parameters: [{ Type.SpecialType: SpecialType.System_String }, ..] },
        "System.IO.MemoryMappedFiles.MemoryMappedFile" => symbol.Name == "CreateFromFile",
        _ => false,
    };

    [Fact]
    public void Files_are_opened_behind_the_store_s_door() => Repository.None(
        from opening in Openings.Value
        where !Others.Keys.Any(other => opening.File.StartsWith(other, StringComparison.Ordinal))
        select $"{opening.File}: {opening.How}", "take an IObjectStore, or add the file here with its reason");

    [Fact]
    public void Who_is_excused_opens_something() => Repository.None(
        Others.Keys.Where(other => !Openings.Value.Any(opening => opening.File.StartsWith(other, StringComparison.Ordinal))),
        "it opens no file: take it off the list");

    /// <summary>The libraries of Parquet open files by themselves when they are given a name.</summary>
    [Fact]
    public void Parquet_is_read_and_written_by_stream() => Repository.None(
        from project in ProductCompilations.All
        from file in project.Sources.Keys
        from meaning in project.MeaningsIn(file)
        where meaning.Symbol is IMethodSymbol { Parameters: [{ Type.SpecialType: SpecialType.System_String, Name: var name }, ..] }
            && name.Contains("path", StringComparison.OrdinalIgnoreCase)
        let type = meaning.Symbol.ContainingType.ToDisplayString()
        where type.StartsWith("ParquetSharp.", StringComparison.Ordinal) || type.StartsWith("Parquet.", StringComparison.Ordinal)
        where !type.StartsWith("ParquetSharp.WriterPropertiesBuilder", StringComparison.Ordinal)
        select $"{file}: {meaning.Symbol.Name} of {type} by path", "give it a stream of an IObjectStore");
}
