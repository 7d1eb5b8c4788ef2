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
    public void What_one_opens_first_is_there() => Repository.None(
        from row in RoomRow.All
        where !Repository.Files.Contains($"{row.Folder}/{row.OpenFirst}", StringComparer.Ordinal)
        select $"{row.Folder}: {row.OpenFirst}", $"a file that {RoomRow.Document} names is not there");
}
