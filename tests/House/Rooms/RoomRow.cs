namespace Dart.Lake.House.Tests;

/// <summary>What docs/architecture.md says of a room, in a table <c>folder | what it is for | may use | open first</c>.</summary>
/// <param name="Folder">Relative to the checkout.</param>
/// <param name="For">What it is for.</param>
/// <param name="MayUse">Folders; one stands for all below it, but for <c>`folder` itself</c>.</param>
/// <param name="OpenFirst">The file that a newcomer opens first.</param>
sealed record RoomRow(string Folder, string For, IReadOnlyList<string> MayUse, string OpenFirst)
{
    public const string Document = "docs/architecture.md";

    const string Itself = " itself";

    static readonly Lazy<IReadOnlyList<RoomRow>> read = new(() => [.. Read()]);

    public static IReadOnlyList<RoomRow> All => read.Value;

    public static RoomRow? Find(string folder) => All.FirstOrDefault(row => row.Folder == folder);

    /// <summary>Its place on the page, from the top; -1: it has none.</summary>
    public static int IndexOf(string folder) => All.Select(row => row.Folder).ToList().IndexOf(folder);

    /// <summary>Whether the page lets its room use that folder.</summary>
    public bool Allows(string folder) =>
        MayUse.Any(may => may == folder || may == folder + Itself || folder.StartsWith(may + "/", StringComparison.Ordinal));

    static IEnumerable<RoomRow> Read() =>
        from line in Repository.Lines(Document)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 6 && cells[1].StartsWith('`')
        let mayUse = cells[3].Replace("`", "", StringComparison.Ordinal)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        select new RoomRow(cells[1].Trim('`'), cells[2], mayUse, cells[4].Trim('`'));
}
