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
            CheckReferences(contract, contracts);
        return contracts;
    }

    static void CheckReferences(TableContract contract, Dictionary<string, TableContract> contracts)
    {
        foreach (var rule in contract.RowRules.OfType<ReferenceRule>())
            foreach (var key in new[] { rule.Key, rule.Same?.Key }.OfType<string>())
                if (!contracts.TryGetValue(rule.Table, out var target) || target.IndexOf(key) < 0)
                    throw LakeException.Invalid($"{contract.Name}: rule {rule.Name} refers to {rule.Table}.{key}, which no contract has");
    }
}
