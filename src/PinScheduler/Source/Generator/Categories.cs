namespace PinScheduler.Source.Generator;

/// <summary>A category of posts: its share of the original's 11,154 posts, and the words its texts are made of.</summary>
internal sealed record Category(string Name, int Posts, string[] Things, string[] Tags);

internal static class Categories
{
    public static Category[] All { get; } =
    [
        Make("art", 861, "Watercolor Landscapes|Acrylic Paintings|Sketchbook Pages|Line Drawings|Art Journals|Paper Collages|Digital Portraits|Clay Figures|Mural Designs", "Art,Drawing,Painting,Sketches,Watercolor,Canvas,Illustration,Art Inspo,Aesthetic Art,Acrylic"),
        Make("beauty", 935, "Skin Care Routines|Hair Styles|Nail Designs|Eyeshadow Looks|Face Masks|Curly Hair Tips|Lipstick Colors|Beauty Hacks|Natural Make Up Ideas", "Beauty,Make Up,Skin Care,Hair,Nails,Beauty Hacks,Hairstyles,Eye Make Up,Self Care,Glow"),
        Make("christmas", 905, "Christmas Trees|Winter Wreaths|Gift Wraps|Advent Calendars|Holiday Cookies|Stocking Fillers|Mantel Decorations|Snowy Centerpieces|Christmas Crafts", "Christmas,Winter,Christmas Decor,Holiday,Christmas Crafts,Xmas,Diy Christmas,Gift Ideas,Christmas Tree,Noel"),
        Make("diy-and-crafts", 804, "Paper Flowers|Macramé Hangers|Upcycled Jars|Salt Dough Ornaments|Yarn Projects|Wooden Shelves|Kids Crafts|Pressed Leaves|Handmade Cards", "Crafts,Diy,Diy And Crafts,Handmade,Upcycling,Paper Crafts,Kids,Crafts For Kids,Sewing,Easy"),
        Make("education", 1000, "Classroom Posters|Study Notes|Reading Games|Science Experiments|Math Worksheets|Teacher Planners|Spelling Activities|History Timelines|Exam Tips", "Education,Teaching,Classroom,School,Study,Learning,Teacher,Kindergarten,Math,Worksheets"),
        Make("event-planning", 745, "Wedding Tables|Birthday Parties|Baby Showers|Seating Charts|Party Checklists|Photo Corners|Buffet Menus|Garden Receptions|Invitation Cards", "Event Planning,Party,Wedding,Birthday,Event,Decoration,Party Ideas,Checklist,Reception,Invitations"),
        Make("finance", 822, "Budget Planners|Saving Challenges|Side Hustles|Debt Snowballs|Investing Basics|Money Habits|Frugal Meals|Emergency Funds|Passive Income Ideas", "Finance,Money,Budgeting,Saving Money,Personal Finance,Investing,Frugal,Debt,Side Hustle,Income"),
        Make("home-decor", 896, "Living Rooms|Bedroom Corners|Farmhouse Kitchens|Entryway Benches|Gallery Walls|Small Bathrooms|Boho Rugs|Window Seats|Shelf Styling Ideas", "Home Decor,Interior,Living Room,Bedroom,Home,Farmhouse,House Design,Decor,Kitchen,Boho"),
        Make("mens-fashion", 781, "Summer Outfits|Linen Suits|Sneaker Looks|Denim Jackets|Street Styles|Business Casual Looks|Beard Styles|Winter Coats|Minimal Wardrobes", "Mens Fashion,Mens Outfits,Style,Streetwear,Menswear,Suits,Casual,Fashion,Shoes,Outfits"),
        Make("quotes", 873, "Morning Quotes|Words of Courage|Funny Sayings|Short Poems|Quotes on Friendship|Affirmations|Life Lessons|Book Lines|Quotes about Change", "Quotes,Inspirational Quotes,Words,Life Quotes,Motivation,Sayings,Positive,Poems,Mindset,Wisdom"),
        Make("tattoos", 912, "Fine Line Tattoos|Flower Tattoos|Sleeve Designs|Matching Tattoos|Wrist Tattoos|Geometric Animals|Lettering Styles|Ankle Tattoos|Moon Tattoos", "Tattoos,Ink,Tattoo Ideas,Small Tattoos,Tattoo Designs,Sleeve,Flower Tattoo,Body Art,Minimal,Tattoo Art"),
        Make("travel", 848, "Road Trips|Hidden Beaches|City Breaks|Packing Lists|Mountain Hikes|Island Itineraries|Night Trains|Budget Hostels|National Parks", "Travel,Trip,Places,Vacation,Travel Tips,Adventure,Bucket List,Beach,Europe,Wanderlust"),
        Make("vehicles", 772, "Classic Cars|Camper Vans|Vintage Motorcycles|Sports Coupés|Off Road Trucks|Electric Scooters|Muscle Cars|Truck Interiors|Bicycle Builds", "Vehicles,Cars,Trucks,Motorcycles,Vintage Cars,Van Life,Classic,Car Interior,Bikes,Engines"),
    ];

    private static readonly int Sum = All.Sum(static category => category.Posts);

    /// <summary>The table is sorted by category, each with its share.</summary>
    public static Category Of(long post, long posts)
    {
        var place = (long)((Int128)post * Sum / posts);
        foreach (var category in All)
        {
            if (place < category.Posts)
            {
                return category;
            }

            place -= category.Posts;
        }

        return All[^1];
    }

    private static Category Make(string name, int posts, string things, string tags) => new(name, posts, things.Split('|'), tags.Split(','));
}
