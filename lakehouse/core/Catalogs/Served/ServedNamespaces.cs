using System.Data.Common;

namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>The namespaces of a served lake; levels are written with dots between them.</summary>
public sealed class ServedNamespaces
{
    const int LongestKey = 255, LongestValue = 1000;

    readonly ServedLake lake;

    internal ServedNamespaces(ServedLake lake) => this.lake = lake;

    /// <summary>Those of the first level, or those within one; ordered.</summary>
    /// <exception cref="CatalogRefusal">There is no such parent.</exception>
    public IReadOnlyList<string> List(string? parent)
    {
        var all = lake.Database.Read(NamespaceRows.All);
        return parent is null || all.Contains(parent)
            ? [.. all.Where(ns => NamespaceRows.ParentOf(ns) == parent)]
            : throw NoSuch(parent);
    }

    public bool Exists(string ns) => lake.Database.Read(connection => NamespaceRows.All(connection).Contains(ns));

    /// <exception cref="CatalogRefusal">There is no such namespace.</exception>
    public IReadOnlyDictionary<string, string> Load(string ns) => lake.Database.Read(connection =>
    {
        Need(connection, ns);
        return NamespaceRows.Properties(connection, ns);
    });

    /// <exception cref="CatalogRefusal">It exists.</exception>
    public Task CreateAsync(string ns, IReadOnlyDictionary<string, string> properties, CancellationToken cancel)
    {
        Check(properties);
        return lake.WriteAsync(connection =>
        {
            if (NamespaceRows.All(connection).Contains(ns))
                throw new CatalogRefusal(RefusalKind.AlreadyExists, $"Namespace already exists: {ns}");
            NamespaceRows.Create(connection, ns, properties);
            return true;
        }, cancel);
    }

    /// <summary>Which of the removals were not there.</summary>
    /// <exception cref="CatalogRefusal">There is no such namespace, or a key is set and removed.</exception>
    public Task<IReadOnlyList<string>> UpdateAsync(
        string ns, IReadOnlyList<string> removals, IReadOnlyDictionary<string, string> updates, CancellationToken cancel)
    {
        Check(updates);
        if (removals.FirstOrDefault(updates.ContainsKey) is { } both)
            throw new CatalogRefusal(RefusalKind.Unprocessable, $"the property '{both}' cannot be set and removed at once");
        return lake.WriteAsync<IReadOnlyList<string>>(connection =>
        {
            Need(connection, ns);
            // a namespace that only its tables make gets a row of its own, so that it stays when they go
            NamespaceRows.Create(connection, ns, updates);
            var asked = removals.Distinct(StringComparer.Ordinal);
            return [.. asked.Where(key => key == NamespaceRows.Exists || !NamespaceRows.Remove(connection, ns, key))];
        }, cancel);
    }

    /// <exception cref="CatalogRefusal">There is no such namespace, or something is in it.</exception>
    public Task DropAsync(string ns, CancellationToken cancel) => lake.WriteAsync(connection =>
    {
        Need(connection, ns);
        var within = NamespaceRows.All(connection).FirstOrDefault(other => NamespaceRows.ParentOf(other) == ns)
            ?? NamespaceRows.Names(connection, ns, views: false).Concat(NamespaceRows.Names(connection, ns, views: true)).FirstOrDefault();
        if (within is not null)
            throw new CatalogRefusal(RefusalKind.NamespaceNotEmpty, $"Namespace {ns} is not empty: it holds {within}");
        NamespaceRows.Drop(connection, ns);
        return true;
    }, cancel);

    static void Need(DbConnection connection, string ns)
    {
        if (!NamespaceRows.All(connection).Contains(ns))
            throw NoSuch(ns);
    }

    static void Check(IReadOnlyDictionary<string, string> properties)
    {
        foreach (var (key, value) in properties)
            if (key.Length is 0 or > LongestKey || value.Length > LongestValue || key == NamespaceRows.Exists)
                throw LakeException.Invalid($"'{key}' cannot be a namespace's property: a name has 1 to {LongestKey} characters and is not '{NamespaceRows.Exists}', a value has up to {LongestValue}");
    }

    static CatalogRefusal NoSuch(string ns) => new(RefusalKind.NoSuchNamespace, $"Namespace does not exist: {ns}");
}
