using System.Text;

namespace Dart.Lake.House.Tests;

/// <summary>The rooms of the house as a page of text: from the bottom up, what each is for and which rooms it uses.</summary>
static class HousePage
{
    const int Width = 140;

    public static string Write(IReadOnlyList<Room> rooms)
    {
        var page = new StringBuilder($"The house, from the bottom up: {rooms.Count} rooms, {rooms.Sum(r => r.Files)} files, {rooms.Sum(r => r.Types)} types. A room may use what stands above it on this page.\n");
        foreach (var project in rooms.GroupBy(r => r.Project, StringComparer.Ordinal))
        {
            page.Append($"\n{project.Key}\n");
            foreach (var room in project)
            {
                var row = RoomRow.Find(room.Folder);
                Wrapped(page, $"  {room.Folder} ({room.Files})", row is null ? "" : $"{row.For}; begin with {row.OpenFirst}");
                if (room.Uses.Count > 0)
                    Wrapped(page, "      uses", string.Join(", ", Short(rooms, room)));
            }
        }
        return page.ToString();
    }

    /// <summary>Rooms of its own project by their folder below it, the others by project.</summary>
    static IEnumerable<string> Short(IReadOnlyList<Room> rooms, Room room)
    {
        var used = rooms.Where(r => room.Uses.ContainsKey(r.Folder)).ToList();
        var home = ProductCompilations.All.First(p => p.Name == room.Project).Folder;
        return used.Where(r => r.Project == room.Project).Select(r => r.Folder == home ? "the project's root" : r.Folder[(home.Length + 1)..])
            .Concat(used.Where(r => r.Project != room.Project).GroupBy(r => r.Project, StringComparer.Ordinal).Select(OfAnother));
    }

    static string OfAnother(IGrouping<string, Room> rooms)
    {
        var home = ProductCompilations.All.First(p => p.Name == rooms.Key).Folder;
        var below = rooms.Where(r => r.Folder != home).Select(r => r.Folder[(home.Length + 1)..]).ToList();
        return below.Count == 0 ? home : $"{home} ({string.Join(", ", below)})";
    }

    static void Wrapped(StringBuilder page, string head, string text)
    {
        var line = head;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                page.Append(line).Append('\n');
                line = "        ";
            }
            line += (line == head ? "  " : " ") + word;
        }
        page.Append(line).Append('\n');
    }
}
