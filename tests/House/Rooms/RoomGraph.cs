using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>Which rooms of the product use which, by the types that their code names.</summary>
static class RoomGraph
{
    static readonly Lazy<IReadOnlyList<Room>> loaded = new(() => [.. ProductCompilations.All.SelectMany(RoomsOf)]);

    /// <summary>
    /// From the bottom of the house up: within a project a room comes after those that it uses, as far as that is possible.
    /// </summary>
    public static IReadOnlyList<Room> Rooms => loaded.Value;

    /// <summary>Rooms that use each other, on whatever ways round; each group once.</summary>
    public static IEnumerable<IReadOnlyList<string>> Circles(IReadOnlyList<Room> rooms)
    {
        var reach = rooms.ToDictionary(r => r.Folder, r => Reached(rooms, r.Folder), StringComparer.Ordinal);
        return rooms.Select(room => room.Folder).Where(folder => reach[folder].Contains(folder))
            .Select(folder => reach[folder].Where(other => reach[other].Contains(folder)).Order(StringComparer.Ordinal).ToList())
            .DistinctBy(circle => circle[0], StringComparer.Ordinal);
    }

    static HashSet<string> Reached(IReadOnlyList<Room> rooms, string from)
    {
        var (reached, next) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([from]));
        while (next.TryPop(out var folder))
            foreach (var used in rooms.First(r => r.Folder == folder).Uses.Keys)
                if (reached.Add(used))
                    next.Push(used);
        return reached;
    }

    static IEnumerable<Room> RoomsOf(ProductProject project)
    {
        var rooms = project.Sources.Keys.GroupBy(FolderOf, StringComparer.Ordinal).AsParallel().Select(files => new Room(
            files.Key, project.Name, files.Count(), files.Sum(f => TypesIn(project, f)), UsesOf(project, files))).ToList();
        var placed = new List<Room>();
        while (rooms.Count > 0)
        {
            var below = rooms.Where(r => r.Uses.Keys.All(used => rooms.TrueForAll(other => other.Folder != used))).ToList();
            var next = (below.Count > 0 ? below : rooms).OrderBy(r => r.Folder, StringComparer.Ordinal).First();
            placed.Add(next);
            rooms.Remove(next);
        }
        return placed;
    }

    static Dictionary<string, string> UsesOf(ProductProject project, IGrouping<string, string> files)
    {
        var uses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
            foreach (var (_, symbol) in project.MeaningsIn(file))
                if (ProductCompilations.TypeOf(symbol) is { } type
                    && ProductCompilations.PathOf(type) is { } path
                    && FolderOf(path) is var folder
                    && folder != files.Key)
                    uses.TryAdd(folder, $"{Path.GetFileName(file)} names {type.Name}");
        return uses;
    }

    static int TypesIn(
        ProductProject project, string file) => project.Sources[file].GetRoot().DescendantNodes(n => n is not TypeDeclarationSyntax)
        .Count(n => n is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    static string FolderOf(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');
}
