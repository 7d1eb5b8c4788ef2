using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Dialect;

/// <summary>
/// A model is one statement: of a text with two, the engine would run the second for itself. Semicolons in texts, names, dollar quotes and
/// comments are none, and those after the last statement are dropped.
/// </summary>
internal static class OneStatement
{
    /// <summary>The statement, and where in the rendered text it begins.</summary>
    /// <exception cref="LakeException">Invalid: there is none, or a second one, whose line is named.</exception>
    public static CompiledQuery Of(Rendered rendered, SqlLexer lexer)
    {
        var text = rendered.Text;
        var (start, end) = (-1, -1);
        for (var i = 0; i < text.Length;)
        {
            var next = lexer.Next(text, i);
            if (text[i] == ';')
                end = end < 0 && start >= 0 ? i : end;
            else if (!SqlLexer.IsBlank(text, i))
            {
                if (end >= 0)
                    throw rendered.Wrong(i, "a second statement begins here; a model is one statement, so take it out or make it a model of its own");
                start = start < 0 ? i : start;
            }
            i = next;
        }
        return start < 0
            ? throw LakeException.Invalid($"{rendered.Source.File}:1: there is no query in it")
            : new(rendered, start, text[start..(end < 0 ? text.Length : end)].TrimEnd());
    }
}
