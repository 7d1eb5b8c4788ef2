namespace Dart.Lake.House.Tests;

/// <summary>A folder of the product with C# in it: its types and the rooms that they use.</summary>
/// <param name="Folder">Relative to the checkout.</param>
/// <param name="Project">Name of the project that it belongs to.</param>
/// <param name="Files">C# files directly in it.</param>
/// <param name="Types">Types declared in them, nested ones not counted.</param>
/// <param name="Uses">Folders of the types that are named in it, with one such use each, as <c>File names Type</c>.</param>
sealed record Room(string Folder, string Project, int Files, int Types, IReadOnlyDictionary<string, string> Uses);
