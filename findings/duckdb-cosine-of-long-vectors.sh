#!/usr/bin/env bash
# DuckDB 1.5.6 (DuckDB.NET.Data.Full 1.5.6.1, NuGet): float vectors of 1e10 are at right angles to everything, those of
# 1e20, 1e-24, zeros or NaN its opposite.
#
# Expected:  array_cosine_similarity does not depend on the vectors' length; where 0 / 0 or a NaN is in it, it is NULL
#            or NaN, as array_distance and array_inner_product give.
# Happens:   it is x.y / sqrt(x.x * y.y) in the vectors' own type. From about 4e9 on the product is infinite, and the
#            similarity 0, of a vector with itself too; below 1e-10 it is 0, and every acute angle is 1. NaN, from 0 / 0
#            or in the data, is made -1 by what cuts the quotient to -1 ... 1. list_cosine_similarity, and the
#            distances, 1 less these, do the same.
# Matters:   embeddings that are not normalised, and rows that blew up or collapsed, rank by a plausible number: broken
#            rows are the farthest of all, very short ones equal everything.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(csharp DuckDB.NET.Data.Full/1.5.6.1 <<'PROGRAM'
using DuckDB.NET.Data;
using System.Globalization;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using DuckDBConnection connection = new("Data Source=:memory:");
connection.Open();
foreach (string number in (string[])["1", "1e9", "1e10", "1e20", "1e-9", "1e-12", "1e-24", "0", "'nan'::FLOAT"])
{
    using DuckDBCommand command = connection.CreateCommand();
    string To(string first, string second) =>
        $"array_cosine_similarity([{number}, {number}]::FLOAT[2], [{first}, {second}]::FLOAT[2])";
    command.CommandText = $"SELECT {To(number, number)}, {To(number, "0")}, {To($"-{number}", number)}";
    using DuckDBDataReader row = command.ExecuteReader();
    row.Read();
    Console.WriteLine($"{number}: at 0, 45 and 90 degrees {row.GetFloat(0):0.####} {row.GetFloat(1):0.####} "
        + $"{row.GetFloat(2):0.####}");
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
1: at 0, 45 and 90 degrees 1 0.7071 0
1e9: at 0, 45 and 90 degrees 1 0.7071 0
1e10: at 0, 45 and 90 degrees 0 0 0
1e20: at 0, 45 and 90 degrees -1 -1 -1
1e-9: at 0, 45 and 90 degrees 1 0.7071 0
1e-12: at 0, 45 and 90 degrees 1 1 -1
1e-24: at 0, 45 and 90 degrees -1 -1 -1
0: at 0, 45 and 90 degrees -1 -1 -1
'nan'::FLOAT: at 0, 45 and 90 degrees -1 -1 -1
STATED
