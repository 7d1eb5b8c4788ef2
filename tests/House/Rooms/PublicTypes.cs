using Microsoft.CodeAnalysis;

namespace Dart.Lake.House.Tests;

/// <summary>What projects show to each other. Tests see internals, so their use is no reason to be public.</summary>
static class PublicTypes
{
    /// <summary>Public types that no other project names, neither by themselves nor in what a public type that is named shows.</summary>
    public static IEnumerable<INamedTypeSymbol> UsedAtHomeOnly()
    {
        var used = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var next = new Stack<INamedTypeSymbol>();
        foreach (var project in ProductCompilations.All)
            foreach (var path in project.Sources.Keys)
                foreach (var (_, symbol) in project.MeaningsIn(path))
                    foreach (var type in TypesIn(symbol).Where(t => t.ContainingAssembly.Name != project.Name))
                        Use(type);
        while (next.TryPop(out var type))
            foreach (var shown in Shown(type))
                Use(shown);
        return ProductCompilations.All.SelectMany(Public).Where(type => !used.Contains(type));

        void Use(INamedTypeSymbol type)
        {
            // the same type is another symbol in each compilation that refers to it
            if (ProductCompilations.All.FirstOrDefault(p =>
                p.Name == type.ContainingAssembly.Name)?.Code.GetTypeByMetadataName(FullName(type)) is { } own && used.Add(own))
                next.Push(own);
        }
    }

    static string FullName(INamedTypeSymbol type) => $"{type.ContainingNamespace.ToDisplayString()}.{type.MetadataName}";

    static IEnumerable<INamedTypeSymbol> Public(ProductProject project) => Types(project.Code.Assembly.GlobalNamespace)
        .Where(type => type.DeclaredAccessibility == Accessibility.Public && ProductCompilations.PathOf(type) is not null);

    static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(Types));

    static IEnumerable<INamedTypeSymbol> Shown(INamedTypeSymbol type)
    {
        var parts = type.Interfaces.Concat(type.BaseType is { } above ? [above] : []).SelectMany(Flat);
        var members = type.GetMembers().Where(m => m.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected);
        return parts.Concat(members.SelectMany(m => m is INamedTypeSymbol nested ? Shown(nested) : TypesIn(m)));
    }

    static IEnumerable<INamedTypeSymbol> TypesIn(ISymbol symbol)
    {
        IEnumerable<ITypeSymbol> types = symbol switch
        {
            IMethodSymbol method => method.Parameters.Select(p => p.Type).Append(method.ReturnType),
            IPropertySymbol property => [property.Type],
            IFieldSymbol field => [field.Type],
            _ => [],
        };
        return types.SelectMany(Flat).Concat(ProductCompilations.TypeOf(symbol) is { } type ? [type] : []);
    }

    static IEnumerable<INamedTypeSymbol> Flat(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => Flat(array.ElementType),
        INamedTypeSymbol named =>
            named.TypeArguments.SelectMany(Flat).Concat(ProductCompilations.TypeOf(named) is { } outer ? [outer] : []),
        _ => [],
    };
}
