namespace Dart.Lake.House.Tests;

/// <summary>The table of rooms in docs/architecture.md is true.</summary>
public class RoomRowTests
{
    [Fact]
    public void Every_room_has_its_row_and_every_row_its_room() => Repository.None(
        RoomGraph.Rooms.Select(r => r.Folder).Except(
            RoomRow.All.Select(r => r.Folder), StringComparer.Ordinal).Select(folder => $"{folder} has no row")
            .Concat(RoomRow.All
                .Select(r => r.Folder)
                .Except(RoomGraph.Rooms.Select(r => r.Folder), StringComparer.Ordinal)
                .Select(folder => $"{folder} is no room")),
        RoomRow.Document);

    [Fact]
    public void A_room_uses_what_its_row_says_it_may() => Repository.None(
        from room in RoomGraph.Rooms
        let row = RoomRow.Find(room.Folder)
        where row is not null
        from used in room.Uses
        where !row.Allows(used.Key)
        select $"{room.Folder} uses {used.Key}: {used.Value}", $"{RoomRow.Document} does not say that it may");

    [Fact]
    public void A_room_uses_what_stands_above_it() => Repository.None(
        from room in RoomGraph.Rooms
        from used in room.Uses
        where RoomRow.IndexOf(used.Key) >= RoomRow.IndexOf(room.Folder)
        select $"{room.Folder} uses {used.Key}: {used.Value}", $"in {RoomRow.Document} its row stands above that one's");

    [Fact]
    public void What_a_row_allows_is_used() => Repository.None(
        from row in RoomRow.All
        from may in row.MayUse
        where !RoomGraph.Rooms.Single(r => r.Folder == row.Folder).Uses.Any(used => (row with { MayUse = [may] }).Allows(used.Key))
        select $"{row.Folder}: {may}", $"nothing there uses it: take it off {RoomRow.Document}");

    [Fact]
    public void What_one_opens_first_is_there() => Repository.None(
        from row in RoomRow.All
        where !Repository.Files.Contains($"{row.Folder}/{row.OpenFirst}", StringComparer.Ordinal)
        select $"{row.Folder}: {row.OpenFirst}", $"a file that {RoomRow.Document} names is not there");
}
