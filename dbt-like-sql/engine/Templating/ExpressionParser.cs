using System.Globalization;

namespace Dart.Lake.Sql.Templating;

/// <summary>
/// Recursive descent over the words of one tag, in Jinja's order of precedence (jinja2/parser.py): condition, or, and, not, comparison,
/// sum, ~, product, power, sign, then attributes, calls, filters and tests.
/// </summary>
internal sealed class ExpressionParser(TemplateSource source, IReadOnlyList<Token> tokens, TemplateLimits limits)
{
    static readonly string[] comparisons = ["==", "!=", "<=", ">=", "<", ">"];
    int position;
    int depth;

    public Token Current => tokens[position];

    public LakeException Wrong(string what) => source.Wrong(Current.Line, what);

    public Token Next() => tokens[position] is { Kind: TokenKind.End } end ? end : tokens[position++];

    public bool Accept(string symbol)
    {
        if (!Current.Is(symbol))
            return false;
        Next();
        return true;
    }

    public bool AcceptName(string name)
    {
        if (!Current.IsName(name))
            return false;
        Next();
        return true;
    }

    public void Expect(string symbol)
    {
        if (!Accept(symbol))
            throw Wrong($"'{symbol}' is wanted, not {Current}");
    }

    public string Name() => Current.Kind == TokenKind.Name ? Next().Value : throw Wrong($"a name is wanted, not {Current}");

    public void End()
    {
        if (Current.Kind != TokenKind.End)
            throw Wrong($"{Current} is not expected here");
    }

    public Expression Expression()
    {
        if (++depth > limits.Depth)
            throw Wrong($"the expression is nested deeper than {limits.Depth}");
        var value = Or();
        while (Current.IsName("if"))
        {
            var line = Next().Line;
            var condition = Or();
            value = new ConditionalExpression(line, condition, value, AcceptName("else") ? Expression() : null);
        }
        depth--;
        return value;
    }

    /// <summary>What is looped over: a condition's <c>if</c> belongs to the loop.</summary>
    public Expression Unconditional() => Or();

    Expression Or()
    {
        var left = And();
        while (Current.IsName("or"))
            left = new BinaryExpression(Next().Line, "or", left, And());
        return left;
    }

    Expression And()
    {
        var left = Not();
        while (Current.IsName("and"))
            left = new BinaryExpression(Next().Line, "and", left, Not());
        return left;
    }

    Expression Not()
    {
        if (!Current.IsName("not"))
            return Comparison();
        var line = Next().Line;
        return Nested(() => new UnaryExpression(line, "not", Not()));
    }

    Expression Comparison()
    {
        var left = Sum();
        while (true)
        {
            var line = Current.Line;
            if (Array.Find(comparisons, Current.Is) is { } symbol)
            {
                Next();
                left = new BinaryExpression(line, symbol, left, Sum());
            }
            else if (AcceptName("in"))
                left = new BinaryExpression(line, "in", left, Sum());
            else if (Current.IsName("not") && tokens[position + 1].IsName("in"))
            {
                Next();
                Next();
                left = new UnaryExpression(line, "not", new BinaryExpression(line, "in", left, Sum()));
            }
            else
                return left;
        }
    }

    Expression Sum() => LeftToRight(Concatenation, "+", "-");

    Expression Concatenation() => LeftToRight(Product, "~");

    Expression Product() => LeftToRight(Sign, "*", "/", "//", "%");

    Expression LeftToRight(Func<Expression> operand, params string[] operators)
    {
        var left = operand();
        while (Array.Find(operators, Current.Is) is { } symbol)
            left = new BinaryExpression(Next().Line, symbol, left, operand());
        return left;
    }

    Expression Sign()
    {
        var line = Current.Line;
        if (Accept("-"))
            return Nested(() => new UnaryExpression(line, "-", Sign()));
        return Accept("+") ? Nested(Sign) : FiltersAndTests(Postfix(Primary()));
    }

    Expression Nested(Func<Expression> parse)
    {
        if (++depth > limits.Depth)
            throw Wrong($"the expression is nested deeper than {limits.Depth}");
        var value = parse();
        depth--;
        return value;
    }

    Expression Primary()
    {
        var token = Next();
        return token switch
        {
            { Kind: TokenKind.Text } => AdjacentTexts(token),
            { Kind: TokenKind.Number } => new LiteralExpression(token.Line, Number(token)),
            { Kind: TokenKind.Name } => Named(token),
            { Kind: TokenKind.Symbol, Value: "(" } => Parenthesis(token.Line),
            { Kind: TokenKind.Symbol, Value: "[" } => new ListExpression(token.Line, Items("]")),
            { Kind: TokenKind.Symbol, Value: "{" } => Dict(token.Line),
            _ => throw source.Wrong(token.Line, $"an expression is wanted, not {token}"),
        };
    }

    LiteralExpression AdjacentTexts(Token first)
    {
        var text = first.Value;
        while (Current.Kind == TokenKind.Text)
            text += Next().Value;
        return new(first.Line, text);
    }

    object Number(Token token)
    {
        if (!token.Value.Contains('.', StringComparison.Ordinal)
            && long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return decimal.TryParse(token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number : throw source.Wrong(token.Line, $"the number {token.Value} is too long");
    }

    static Expression Named(Token token) => token.Value switch
    {
        "true" or "True" => new LiteralExpression(token.Line, true),
        "false" or "False" => new LiteralExpression(token.Line, false),
        "none" or "None" => new LiteralExpression(token.Line, null),
        var name => new NameExpression(token.Line, name),
    };

    Expression Parenthesis(int line)
    {
        if (Accept(")"))
            return new ListExpression(line, []);
        var first = Expression();
        if (Accept(")"))
            return first;
        Expect(",");
        return new ListExpression(line, [first, .. Items(")")]);
    }

    List<Expression> Items(string close)
    {
        var items = new List<Expression>();
        while (!Accept(close))
        {
            items.Add(Expression());
            if (!Current.Is(close))
                Expect(",");
        }
        return items;
    }

    DictExpression Dict(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!Accept("}"))
        {
            var key = Expression();
            Expect(":");
            items.Add((key, Expression()));
            if (!Current.Is("}"))
                Expect(",");
        }
        return new(line, items);
    }

    Expression Postfix(Expression target)
    {
        while (true)
        {
            var line = Current.Line;
            if (Accept("."))
                target = Current.Kind == TokenKind.Number
                    ? new IndexExpression(line, target, new LiteralExpression(line, Number(Next())))
                    : new AttributeExpression(line, target, Name());
            else if (Accept("["))
                target = Subscript(line, target);
            else if (Accept("("))
                target = new CallExpression(line, target, Arguments());
            else
                return target;
        }
    }

    Expression Subscript(int line, Expression target)
    {
        var from = Current.Is(":") ? null : Expression();
        if (!Accept(":"))
        {
            Expect("]");
            return new IndexExpression(line, target, from!);
        }
        var to = Current.Is("]") ? null : Expression();
        Expect("]");
        return new SliceExpression(line, target, from, to);
    }

    List<Argument> Arguments()
    {
        var arguments = new List<Argument>();
        while (!Accept(")"))
        {
            string? name = null;
            if (Current.Kind == TokenKind.Name && tokens[position + 1].Is("="))
            {
                name = Name();
                Next();
            }
            else if (arguments is [.., { Name: not null }])
                throw Wrong("an argument without a name follows one with a name");
            arguments.Add(new(name, Expression()));
            if (!Current.Is(")"))
                Expect(",");
        }
        return arguments;
    }

    Expression FiltersAndTests(Expression target)
    {
        while (true)
        {
            var line = Current.Line;
            if (Accept("|"))
            {
                var name = Name();
                target = Postfix(new FilterExpression(line, target, name, Accept("(") ? Arguments() : []));
            }
            else if (AcceptName("is"))
            {
                var negated = AcceptName("not");
                var name = Name();
                Expression test = new TestExpression(line, target, name, TestArgument());
                target = negated ? new UnaryExpression(line, "not", test) : test;
            }
            else
                return target;
        }
    }

    Expression? TestArgument()
    {
        if (Accept("("))
        {
            var argument = Expression();
            Expect(")");
            return argument;
        }
        return Current.Kind is TokenKind.Text or TokenKind.Number ? Primary() : null;
    }
}
