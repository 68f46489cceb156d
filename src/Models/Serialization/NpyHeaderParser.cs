using System.Globalization;

namespace TripletGpu.Models.Serialization;

/// <summary>
/// Reads the Python dictionary in an .npy header:
/// <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>.
/// </summary>
ref struct NpyHeaderParser(ReadOnlySpan<char> text, string name)
{
    readonly string file = name;
    readonly int length = text.Length;
    ReadOnlySpan<char> rest = text;

    public NpyHeader Parse()
    {
        string? descriptor = null;
        bool? isFortranOrder = null;
        Shape? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Text();
            Expect(':');
            switch (key)
            {
                case "descr": descriptor = Descriptor(); break;
                case "fortran_order": isFortranOrder = Boolean(); break;
                case "shape": shape = Tuple(); break;
                default: throw Bad($"it has an entry '{Shorten(key)}' that .npy does not know");
            }
            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }
        if (!rest.Trim().IsEmpty) throw Bad("something follows its end");
        if (descriptor is null || isFortranOrder is null || shape is null)
            throw Bad("it lacks one of 'descr', 'fortran_order' and 'shape'");
        if (descriptor.AsSpan().TrimStart("<>|=") is ['U' or 'S' or 'O' or 'T', ..])
            throw new UserErrorException(
                $"{file} holds words or objects ('{Shorten(descriptor)}'), not numbers; words that are labels are"
                + " numbered by numpy.unique(labels, return_inverse=True)[1], objects by numpy.array(list, 'float32')");
        NpyElement element = NpyElement.Parse(descriptor) ?? throw new UserErrorException(
            $"{file} holds elements of type '{Shorten(descriptor)}'; only floats of 16, 32 and 64 bits, integers and"
            + " booleans can be read (numpy: array.astype('float32'))");
        return new NpyHeader(element, isFortranOrder.Value, shape.Value);
    }

    /// <summary>The element type; a structured one, a list of fields, is none that we read.</summary>
    string Descriptor()
    {
        if (!Skip().StartsWith('[')) return Text();
        throw new UserErrorException($"{file} holds records with fields; save one plain array of numbers");
    }

    string Text()
    {
        ReadOnlySpan<char> from = Skip();
        if (from.IsEmpty || from[0] is not ('\'' or '"')) throw Bad("a quoted word is expected");
        int end = from[1..].IndexOf(from[0]);
        if (end < 0) throw Bad("a quoted word does not end");
        rest = from[(end + 2)..];
        return from.Slice(1, end).ToString();
    }

    bool Boolean()
    {
        ReadOnlySpan<char> from = Skip();
        string word = from.StartsWith("True") ? "True" : from.StartsWith("False") ? "False"
            : throw Bad("'fortran_order' is neither True nor False");
        rest = from[word.Length..];
        return word == "True";
    }

    Shape Tuple()
    {
        List<int> extents = [];
        Expect('(');
        while (!Accept(')'))
        {
            ReadOnlySpan<char> from = Skip();
            int digits = from.IndexOfAnyExceptInRange('0', '9');
            if (digits < 1 ||
                !int.TryParse(from[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int extent))
                throw Bad("an extent in 'shape' is not a number from 0 to 2147483647");
            if (extents.Count == Shape.MaxRank) throw Bad($"it has more than {Shape.MaxRank} dimensions");
            extents.Add(extent);
            rest = from[digits..];
            Accept('L'); // Python 2 wrote long integers so.
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }
        return new Shape([.. extents]);
    }

    void Expect(char c)
    {
        if (!Accept(c)) throw Bad($"'{c}' is expected");
    }

    bool Accept(char c)
    {
        ReadOnlySpan<char> from = Skip();
        if (!from.StartsWith(c)) return false;
        rest = from[1..];
        return true;
    }

    readonly ReadOnlySpan<char> Skip() => rest.TrimStart();

    readonly UserErrorException Bad(string why) => new(
        $"{file}: the .npy header cannot be read: {why}, at character {length - rest.Length} of it; save it again");

    static string Shorten(string text) => new([.. text.Take(32).Select(c => char.IsControl(c) ? '?' : c)]);
}
