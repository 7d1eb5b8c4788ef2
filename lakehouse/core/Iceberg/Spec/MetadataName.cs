using System.Globalization;

namespace Dart.Lake.Lakehouse.Iceberg.Spec;

/// <summary>Names of metadata files: a number that rises with each, and a draw. Trino wants digits, a dash and hex digits.</summary>
static class MetadataName
{
    /// <summary>The number of a metadata file, from 0; null: somebody else named it, in another way.</summary>
    public static int? NumberOf(string location)
    {
        var name = location.AsSpan(location.LastIndexOf('/') + 1);
        return int.TryParse(name[..Math.Max(0, name.IndexOf('-'))], NumberStyles.None, null, out var number) ? number : null;
    }

    /// <summary>The name of the file after that one.</summary>
    public static string After(string location, IdSource ids) => $"{(NumberOf(location) ?? -1) + 1:00000}-{ids.NewId():D}.metadata.json";
}
