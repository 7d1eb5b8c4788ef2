using System.Text;

namespace Dart.Lake.House.Tests;

/// <summary>A documented line into words, as a shell would: single and double quotes, no expansion.</summary>
static class CommandLine
{
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        var open = false;
        foreach (var c in line)
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                open = true;
            }
            else if (c == ' ')
            {
                if (word.Length > 0 || open)
                    words.Add(word.ToString());
                word.Clear();
                open = false;
            }
            else
                word.Append(c);
        if (word.Length > 0 || open)
            words.Add(word.ToString());
        return words;
    }
}
