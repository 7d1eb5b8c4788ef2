using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Naming;

namespace Dart.Lake.Sql.Loading;

/// <summary>
/// The keys of one place of a project. A key that is none of them is an error: a misspelt one would else say nothing and do nothing.
/// </summary>
/// <param name="Place">How errors call it.</param>
/// <param name="Known">Keys that mean something, or that describe.</param>
internal sealed record KnownKeys(string Place, IReadOnlyList<string> Known)
{
    /// <summary>Every key of a mapping of a file.</summary>
    /// <exception cref="LakeException">Invalid: the first that is not known, with its line.</exception>
    public void Check(YamlMapping map)
    {
        foreach (var key in map.Keys)
            Check(key, what => map.Wrong(key, what));
    }

    /// <param name="key">As it is written; the + of a project file's configuration is no part of it.</param>
    /// <param name="wrong">Makes the error from what is wrong.</param>
    public void Check(string key, Func<string, LakeException> wrong)
    {
        var name = key.TrimStart('+');
        if (Known.Contains(name, StringComparer.Ordinal))
            return;
        throw wrong(DbtFeatures.Find(name) is { } advice
            ? $"{Place}: {name} of dbt is not there yet; {advice}"
            : $"{Place}: '{ShownName.Of(key)}' is not known; the nearest known key is '{NearestName.Of(name, Known)}'");
    }
}
