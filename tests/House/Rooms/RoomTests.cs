using Microsoft.CodeAnalysis;

namespace Dart.Lake.House.Tests;

/// <summary>Rooms are small, and what uses a room is not used by it.</summary>
public class RoomTests
{
    const int FilesMax = 25;

    [Fact]
    public void The_graph_sees_what_a_room_uses()
    {
        var scan = RoomGraph.Rooms.Single(r => r.Folder == "lakehouse/core/Iceberg/Scan");
        Assert.Contains("lakehouse/core/Iceberg/Manifests", scan.Uses.Keys);
        Assert.DoesNotContain("lakehouse/core/Catalogs", scan.Uses.Keys);
        Assert.Contains("schemas", RoomGraph.Rooms.Single(r => r.Folder == "jobs/Runtime/Decoding").Uses.Keys);
    }

    [Fact]
    public void A_circle_is_found_on_whatever_way_round()
    {
        Room Using(string folder, params string[] uses) => new(folder, "P", 1, 1, uses.ToDictionary(u => u, _ => "", StringComparer.Ordinal));
        Assert.Equal(["a", "b", "c"], Assert.Single(RoomGraph.Circles([Using("a", "b"), Using("b", "c"), Using("c", "a", "d"), Using("d")])));
        Assert.Empty(RoomGraph.Circles([Using("a", "b", "c"), Using("b", "c"), Using("c")]));
    }

    [Fact]
    public void No_two_rooms_use_each_other() => Repository.None(
        from circle in RoomGraph.Circles(RoomGraph.Rooms)
        from room in RoomGraph.Rooms.Where(r => circle.Contains(r.Folder, StringComparer.Ordinal))
        from used in room.Uses.Where(u => circle.Contains(u.Key, StringComparer.Ordinal))
        select $"{room.Folder} uses {used.Key}: {used.Value}", "move what both need below both (docs/architecture.md)");

    [Fact]
    public void No_folder_has_more_than_25_files() => Repository.None(
        from file in Repository.With(".cs")
        group file by Path.GetDirectoryName(file) into folder
        where folder.Count() > FilesMax
        select $"{folder.Key}: {folder.Count()} C# files, at most {FilesMax}", "give it rooms by what they hold");

    [Fact]
    public void What_is_public_is_used_from_another_project() => Repository.None(
        from type in PublicTypes.UsedAtHomeOnly()
        select $"{ProductCompilations.PathOf(type)}: {type.Name}", "make it internal");

    /// <summary>Leaves what <c>make house</c> prints.</summary>
    [Fact]
    public void The_page_of_the_house_names_every_room()
    {
        var page = HousePage.Write(RoomGraph.Rooms);
        Assert.All(RoomGraph.Rooms, room => Assert.Contains(room.Folder, page, StringComparison.Ordinal));
        Assert.All(page.Split('\n'), line => Assert.InRange(line.Length, 0, 140));
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts"));
        File.WriteAllText(Path.Combine(folder.FullName, "house.txt"), page);
    }
}
