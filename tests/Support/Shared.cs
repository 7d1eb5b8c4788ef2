using Xunit;

namespace Dart.Lake.Tests.Support;

/// <summary>The folder of real engines and data that tests judge with; it is not part of the project.</summary>
public static class Shared
{
    /// <summary>Its path (DARTLAKE_SHARED, else ../shared above the checkout), or null when it is not there.</summary>
    public static string? Root { get; } = Find();

    /// <summary>A path below it; the test is skipped, loudly, when it is not there.</summary>
    public static string Path(params string[] parts)
    {
        var path = Root is null ? null : System.IO.Path.Combine([Root, .. parts]);
        Assert.SkipWhen(path is null || !(File.Exists(path) || Directory.Exists(path)),
            $"needs {string.Join('/', parts)} of the shared engines and data; set DARTLAKE_SHARED to their folder");
        return path!;
    }

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("DARTLAKE_SHARED") is { Length: > 0 } set)
            return Directory.Exists(set) ? set : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Dart.Lake.sln")))
                return Directory.Exists(System.IO.Path.Combine(folder.FullName, "..", "shared"))
                    ? System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.FullName, "..", "shared"))
                    : null;
        return null;
    }
}
