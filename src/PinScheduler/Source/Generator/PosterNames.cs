namespace PinScheduler.Source.Generator;

/// <summary>Names under which people post: invented, and another for each poster.</summary>
internal static class PosterNames
{
    private static readonly string[] Kinds = ["{0} {1}", "The {0} {1}", "{0}{1}", "{0} {1} Co", "{0} & {1}", "My {0} {1}", "{0} {1} Blog", "{0} {1} Studio", "{0} {1} | Ideas, Recipes & Inspiration for Every Day", "{0} {1} – DIY, Décor & More", "{0} {1} Magazine", "All About {0} {1}"];
    private static readonly string[] Adjectives = "Amber Bright Busy Calm Clever Coastal Copper Cosy Crafty Curious Daily Dainty Easy Emerald Fancy Fresh Gentle Golden Happy Honest Humble Indigo Ivory Jolly Kind Little Lively Lovely Lucky Merry Mighty Modern Neat Olive Painted Patient Pretty Quiet Rustic Sage Scarlet Shiny Silver Simple Sleepy Sunny Tidy Tiny Velvet Vintage Wandering Warm Wild Wise Wooden".Split(' ');
    private static readonly string[] Nouns = "Acorn Attic Barn Basket Bee Birch Bloom Button Cabin Candle Canvas Cottage Daisy Doodle Feather Fern Fox Garden Garage Harbour Hearth Hive Homestead House Ink Journey Kitchen Lantern Lark Ledger Life Maple Meadow Mill Mint Nest Notebook Oak Orchard Palette Pantry Paper Parlour Pebble Pine Pocket Porch Quill Ribbon River Sparrow Spoon Studio Suitcase Thimble Thread Trail Violet Willow Workshop".Split(' ');

    public static string Of(long seed, long id)
    {
        var count = Adjectives.Length * Nouns.Length * Kinds.Length;
        var (round, place) = Math.DivRem(id, count);
        // the factor has no divisor in common with the count, so no two of a round are equal
        var number = (int)((place * 15_485_863L + (uint)seed) % count);
        var name = string.Format(Kinds[number % Kinds.Length], Adjectives[number / Kinds.Length % Adjectives.Length], Nouns[number / Kinds.Length / Adjectives.Length]);
        name = round == 0 ? name : $"{name} {round + 1}";
        return id % 50 == 7 ? name + " " : name;
    }
}
