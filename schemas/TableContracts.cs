namespace Dart.Lake.Schemas;

/// <summary>The contracts that are compiled into this assembly.</summary>
public static class TableContracts
{
    static readonly Lazy<IReadOnlyDictionary<string, TableContract>> loaded = new(Load);

    /// <summary>All contracts, tables and hot hashes, ordered by name.</summary>
    public static IReadOnlyList<TableContract> All { get; } = [.. loaded.Value.Values.OrderBy(c => c.Name, StringComparer.Ordinal)];

    /// <summary>The contract of <c>namespace.name</c>.</summary>
    /// <exception cref="LakeException">Invalid: there is none.</exception>
    public static TableContract Get(string name) => TryGet(name)
        ?? throw LakeException.Invalid($"there is no contract for '{name}'; write schemas/tables/{name.Replace('.', '/')}.yml");

    /// <summary>The contract of <c>namespace.name</c>, or null.</summary>
    public static TableContract? TryGet(string name) => loaded.Value.GetValueOrDefault(name);

    /// <summary>A contract of somebody's own, from its file.</summary>
    /// <param name="path"><c>schemas/tables/NAMESPACE/NAME.yml</c>; named in errors.</param>
    /// <param name="yaml">The file's text.</param>
    /// <exception cref="LakeException">Invalid: what is wrong, with the file's name.</exception>
    public static TableContract Parse(string path, string yaml) => ContractFile.Parse(path, yaml);

    /// <summary>What the rules of a contract refer to is there.</summary>
    /// <param name="contract">Of the rules.</param>
    /// <param name="find">The contract of a table, or null.</param>
    /// <exception cref="LakeException">Invalid: a table or a column that no contract has.</exception>
    public static void CheckReferences(TableContract contract, Func<string, TableContract?> find)
    {
        foreach (var rule in contract.RowRules.OfType<ReferenceRule>())
            foreach (var key in new[] { rule.Key, rule.Same?.Key }.OfType<string>())
                if (find(rule.Table) is not { } target || target.IndexOf(key) < 0)
                    throw LakeException.Invalid($"{contract.Name}: rule {rule.Name} refers to {rule.Table}.{key}, which no contract has");
    }

    static Dictionary<string, TableContract> Load()
    {
        var assembly = typeof(TableContracts).Assembly;
        var contracts = new Dictionary<string, TableContract>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("tables/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var contract = ContractFile.Parse(resource, reader.ReadToEnd());
            if (!contracts.TryAdd(contract.Name, contract))
                throw LakeException.Invalid($"{resource}: a second contract for {contract.Name}; remove one");
        }
        foreach (var contract in contracts.Values)
            CheckReferences(contract, name => contracts.GetValueOrDefault(name));
        return contracts;
    }
}
