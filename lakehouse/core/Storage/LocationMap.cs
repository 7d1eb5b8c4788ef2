namespace Dart.Lake.Lakehouse.Storage;

/// <summary>Takes locations below one folder to the same places below another, in whatever form they are written.</summary>
sealed class LocationMap(string from, string to)
{
    readonly string source = FileLocation.ToPath(from).TrimEnd('/'), target = FileLocation.Normal(to);

    /// <summary>Whether the location is the first folder or lies below it. Texts that are no location lie nowhere.</summary>
    public bool Holds(string location) => Rest(location) is not null;

    /// <summary>The location below the second folder, as we write it; one that lies elsewhere, and a text that is none, as it is.</summary>
    public string Apply(string location) => Rest(location) is { } rest ? target + rest : location;

    string? Rest(string location)
    {
        if (!FileLocation.IsLocal(location))
            return null;
        var path = FileLocation.ToPath(location);
        return path.StartsWith(source, StringComparison.Ordinal) && (path.Length == source.Length || path[source.Length] == '/')
            ? path[source.Length..]
            : null;
    }
}
