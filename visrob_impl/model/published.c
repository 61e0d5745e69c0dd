/* model/published.c: facts of published models by name. A row is a name, the tags of the weights that have these facts, and
 * the facts; what a row leaves out is the default of its family. */
#include "facts_impl.h"
#include "../base/error.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *tags, *facts;
} vrp_published_rows[] = {
    /* clang-format off */
    /* From timm 1.0.31 and torchvision 0.29.2. Written by data_scripts/published_models.py. */
    {"deeplabv3_resnet101", "COCO_WITH_VOC_LABELS_V1", "width=64,depth=33,output_stride=8,size=520,crop=1,filter=bilinear,norm=imagenet"},
    {"deeplabv3_resnet50", "COCO_WITH_VOC_LABELS_V1", "width=64,depth=16,output_stride=8,size=520,crop=1,filter=bilinear,norm=imagenet"},
    {"deit3_base_patch16_224", "fb_in1k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit3_base_patch16_224", "fb_in22k_ft_in1k", "width=768,depth=12,heads=12,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_base_patch16_384", "fb_in1k fb_in22k_ft_in1k", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_huge_patch14_224", "fb_in1k", "width=1280,depth=32,heads=16,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit3_huge_patch14_224", "fb_in22k_ft_in1k", "width=1280,depth=32,heads=16,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_large_patch16_224", "fb_in1k", "width=1024,depth=24,heads=16,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit3_large_patch16_224", "fb_in22k_ft_in1k", "width=1024,depth=24,heads=16,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_large_patch16_384", "fb_in1k fb_in22k_ft_in1k", "width=1024,depth=24,heads=16,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_medium_patch16_224", "fb_in1k", "width=512,depth=12,heads=8,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit3_medium_patch16_224", "fb_in22k_ft_in1k", "width=512,depth=12,heads=8,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_small_patch16_224", "fb_in1k", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit3_small_patch16_224", "fb_in22k_ft_in1k", "width=384,depth=12,heads=6,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"deit3_small_patch16_384", "fb_in1k fb_in22k_ft_in1k", "width=384,depth=12,heads=6,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"deit_base_distilled_patch16_224", "fb_in1k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit_base_distilled_patch16_384", "fb_in1k", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"deit_base_patch16_224", "fb_in1k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit_base_patch16_384", "fb_in1k", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"deit_small_distilled_patch16_224", "fb_in1k", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit_small_patch16_224", "fb_in1k", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit_tiny_distilled_patch16_224", "fb_in1k", "width=192,depth=12,heads=3,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"deit_tiny_patch16_224", "fb_in1k", "width=192,depth=12,heads=3,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"eva_large_patch14_196", "in22k_ft_in22k_in1k in22k_ft_in1k", "width=1024,depth=24,heads=16,pool=avg,size=196,crop=1,filter=bicubic,norm=clip"},
    {"eva_large_patch14_336", "in22k_ft_in22k_in1k in22k_ft_in1k", "width=1024,depth=24,heads=16,pool=avg,size=336,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"fcn_resnet101", "COCO_WITH_VOC_LABELS_V1", "width=64,depth=33,output_stride=8,size=520,crop=1,filter=bilinear,norm=imagenet"},
    {"fcn_resnet50", "COCO_WITH_VOC_LABELS_V1", "width=64,depth=16,output_stride=8,size=520,crop=1,filter=bilinear,norm=imagenet"},
    {"flexivit_base", "1200ep_in1k 600ep_in1k 300ep_in1k 1000ep_in21k 300ep_in21k patch16_in21k patch30_in21k", "width=768,depth=12,heads=12,size=240,crop=0.95,filter=bicubic,norm=half"},
    {"flexivit_large", "1200ep_in1k 600ep_in1k 300ep_in1k", "width=1024,depth=24,heads=16,size=240,crop=0.95,filter=bicubic,norm=half"},
    {"flexivit_small", "1200ep_in1k 600ep_in1k 300ep_in1k", "width=384,depth=12,heads=6,size=240,crop=0.95,filter=bicubic,norm=half"},
    {"resnet101", "a1h_in1k a1_in1k a2_in1k", "width=64,depth=33,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet101", "a3_in1k", "width=64,depth=33,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet101", "tv_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet101", "tv2_in1k", "width=64,depth=33,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet101", "gluon_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet101", "IMAGENET1K_V1", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet101", "IMAGENET1K_V2", "width=64,depth=33,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnet101c", "gluon_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet101d", "ra2_in1k", "width=64,depth=33,size=256,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet101d", "gluon_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet101s", "gluon_in1k", "width=128,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet10t", "c3_in1k", "width=64,depth=4,size=176,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet14t", "c3_in1k", "width=64,depth=4,size=176,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet152", "a1h_in1k a1_in1k a2_in1k", "width=64,depth=50,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet152", "a3_in1k", "width=64,depth=50,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet152", "tv_in1k", "width=64,depth=50,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet152", "tv2_in1k", "width=64,depth=50,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet152", "gluon_in1k", "width=64,depth=50,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet152", "IMAGENET1K_V1", "width=64,depth=50,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet152", "IMAGENET1K_V2", "width=64,depth=50,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnet152c", "gluon_in1k", "width=64,depth=50,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet152d", "ra2_in1k", "width=64,depth=50,size=256,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet152d", "gluon_in1k", "width=64,depth=50,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet152s", "gluon_in1k", "width=128,depth=50,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet18", "a1_in1k a2_in1k", "width=64,depth=8,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet18", "a3_in1k", "width=64,depth=8,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet18", "tv_in1k fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=8,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet18", "gluon_in1k", "width=64,depth=8,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet18", "IMAGENET1K_V1", "width=64,depth=8,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet18d", "ra2_in1k", "width=64,depth=8,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet18d", "ra4_e3600_r224_in1k", "width=64,depth=8,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"resnet200", "untrained", "width=64,depth=66,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet200d", "ra2_in1k", "width=64,depth=66,size=256,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet26", "bt_in1k", "width=64,depth=8,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet26d", "bt_in1k", "width=64,depth=8,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet26t", "ra2_in1k", "width=64,depth=8,size=256,crop=0.94,filter=bicubic,norm=imagenet"},
    {"resnet34", "a1_in1k a2_in1k", "width=64,depth=16,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet34", "a3_in1k", "width=64,depth=16,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet34", "bt_in1k gluon_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet34", "ra4_e3600_r224_in1k", "width=64,depth=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"resnet34", "tv_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet34", "IMAGENET1K_V1", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet34d", "ra2_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet50", "a1_in1k a2_in1k b1k_in1k b2k_in1k c1_in1k c2_in1k d_in1k", "width=64,depth=16,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet50", "a1h_in1k", "width=64,depth=16,size=176,crop=0.9,filter=bicubic,norm=imagenet"},
    {"resnet50", "a3_in1k", "width=64,depth=16,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet50", "ram_in1k am_in1k ra_in1k bt_in1k gluon_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet50", "tv_in1k fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet50", "tv2_in1k", "width=64,depth=16,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet50", "bamboo", "width=64,depth=16,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"resnet50", "IMAGENET1K_V1", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnet50", "IMAGENET1K_V2", "width=64,depth=16,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnet50c", "gluon_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet50d", "ra2_in1k gluon_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet50d", "ra4_e3600_r224_in1k", "width=64,depth=16,size=224,crop=0.95,filter=bicubic,norm=half"},
    {"resnet50d", "a1_in1k a2_in1k", "width=64,depth=16,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet50d", "a3_in1k", "width=64,depth=16,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnet50s", "gluon_in1k", "width=128,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnet50t", "untrained", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnetaa101d", "sw_in12k_ft_in1k sw_in12k", "width=64,depth=33,antialias=avg,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnetaa34d", "untrained", "width=64,depth=16,antialias=avg,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnetaa50", "a1h_in1k", "width=64,depth=16,antialias=avg,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnetaa50d", "sw_in12k_ft_in1k sw_in12k d_in12k", "width=64,depth=16,antialias=avg,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnetblur101d", "untrained", "width=64,depth=33,antialias=blur,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnetblur18", "untrained", "width=64,depth=8,antialias=blur,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnetblur50", "bt_in1k", "width=64,depth=16,antialias=blur,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnetblur50d", "untrained", "width=64,depth=16,antialias=blur,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnext101_32x16d", "fb_wsl_ig1b_ft_in1k fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x32d", "fb_wsl_ig1b_ft_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x4d", "fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x4d", "untrained gluon_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnext101_32x8d", "tv_in1k fb_wsl_ig1b_ft_in1k fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x8d", "tv2_in1k", "width=64,depth=33,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x8d", "IMAGENET1K_V1", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_32x8d", "IMAGENET1K_V2", "width=64,depth=33,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnext101_64x4d", "c1_in1k", "width=64,depth=33,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnext101_64x4d", "tv_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext101_64x4d", "gluon_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnext101_64x4d", "IMAGENET1K_V1", "width=64,depth=33,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnext50_32x4d", "a1h_in1k a1_in1k a2_in1k", "width=64,depth=16,size=224,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnext50_32x4d", "a3_in1k", "width=64,depth=16,size=160,crop=0.95,filter=bicubic,norm=imagenet"},
    {"resnext50_32x4d", "ra_in1k gluon_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"resnext50_32x4d", "tv_in1k fb_ssl_yfcc100m_ft_in1k fb_swsl_ig1b_ft_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext50_32x4d", "tv2_in1k", "width=64,depth=16,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext50_32x4d", "IMAGENET1K_V1", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"resnext50_32x4d", "IMAGENET1K_V2", "width=64,depth=16,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"resnext50d_32x4d", "bt_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"test_resnet", "r160_in1k", "width=32,depth=4,size=160,crop=0.95,filter=bilinear,norm=half"},
    {"test_vit", "r160_in1k", "width=64,depth=6,heads=2,size=160,crop=0.95,filter=bicubic,norm=half"},
    {"test_vit2", "r160_in1k", "width=64,depth=8,heads=2,pool=avg,size=160,crop=0.95,filter=bicubic,norm=half"},
    {"vit_b_16", "IMAGENET1K_V1", "width=768,depth=12,heads=12,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"vit_b_16", "IMAGENET1K_SWAG_E2E_V1", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_b_16", "IMAGENET1K_SWAG_LINEAR_V1", "width=768,depth=12,heads=12,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_b_32", "IMAGENET1K_V1", "width=768,depth=12,heads=12,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"vit_base_patch14_dinov2", "lvd142m", "width=768,depth=12,heads=12,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_base_patch14_reg1_tipsv2", "webli", "width=768,depth=12,heads=12,size=448,crop=1,filter=bicubic,norm=none"},
    {"vit_base_patch14_reg4_dinov2", "lvd142m", "width=768,depth=12,heads=12,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_base_patch16_224", "augreg2_in21k_ft_in1k augreg_in21k_ft_in1k orig_in21k_ft_in1k augreg_in1k orig_in21k augreg_in21k sam_in1k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_224", "bamboo", "width=768,depth=12,heads=12,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch16_224", "dino mae", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_base_patch16_224_miil", "in21k in21k_ft_in1k", "width=768,depth=12,heads=12,size=224,crop=0.875,filter=bilinear,norm=none"},
    {"vit_base_patch16_384", "augreg_in21k_ft_in1k orig_in21k_ft_in1k augreg_in1k", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_base_patch16_clip_224", "laion2b_ft_in12k_in1k openai_ft_in12k_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=224,crop=0.95,filter=bicubic,norm=clip"},
    {"vit_base_patch16_clip_224", "laion2b_ft_in1k laion2b laion400m_e32 datacompxl dfn2b metaclip_2pt5b metaclip_400m", "width=768,depth=12,heads=12,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch16_clip_224", "openai_ft_in1k laion2b_ft_in12k openai_ft_in12k openai", "width=768,depth=12,heads=12,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_base_patch16_clip_384", "laion2b_ft_in12k_in1k laion2b_ft_in1k openai_ft_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=384,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"vit_base_patch16_clip_384", "openai_ft_in12k_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=384,crop=0.95,filter=bicubic,norm=clip,squash=1"},
    {"vit_base_patch16_clip_quickgelu_224", "metaclip_2pt5b metaclip_400m", "width=768,depth=12,heads=12,eps=1e-05,act=quick_gelu,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch16_clip_quickgelu_224", "openai", "width=768,depth=12,heads=12,eps=1e-05,act=quick_gelu,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_base_patch16_gap_224", "untrained", "width=768,depth=12,heads=16,pool=avg,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_plus_240", "untrained", "width=896,depth=12,heads=14,size=240,crop=0.95,filter=bicubic,norm=half"},
    {"vit_base_patch16_plus_clip_240", "laion400m_e32", "width=896,depth=12,heads=14,eps=1e-05,size=240,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch16_radio_v3", "c_radio", "width=768,depth=12,heads=12,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch16_reg4_gap_256", "untrained", "width=768,depth=12,heads=12,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_rpn_224", "sw_in1k", "width=768,depth=12,heads=12,pool=avg,post_norm=1,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_224", "v2_webli webli", "width=768,depth=12,heads=12,pool=map,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_256", "v2_webli webli webli_i18n", "width=768,depth=12,heads=12,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_384", "v2_webli webli", "width=768,depth=12,heads=12,pool=map,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_512", "v2_webli webli", "width=768,depth=12,heads=12,pool=map,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_gap_224", "v2_webli webli", "width=768,depth=12,heads=12,pool=avg,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_gap_256", "v2_webli webli webli_i18n", "width=768,depth=12,heads=12,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_gap_384", "v2_webli webli", "width=768,depth=12,heads=12,pool=avg,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch16_siglip_gap_512", "v2_webli webli", "width=768,depth=12,heads=12,pool=avg,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch32_224", "augreg_in21k_ft_in1k augreg_in1k orig_in21k augreg_in21k sam_in1k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch32_384", "augreg_in21k_ft_in1k augreg_in1k", "width=768,depth=12,heads=12,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_base_patch32_clip_224", "laion2b_ft_in12k_in1k openai_ft_in12k_in1k laion2b_ft_in1k openai_ft_in1k laion2b laion400m_e32 openai", "width=768,depth=12,heads=12,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_224", "datacompxl metaclip_2pt5b metaclip_400m", "width=768,depth=12,heads=12,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_256", "datacompxl", "width=768,depth=12,heads=12,eps=1e-05,size=256,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_384", "laion2b_ft_in12k_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=384,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_384", "openai_ft_in12k_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=384,crop=0.95,filter=bicubic,norm=clip,squash=1"},
    {"vit_base_patch32_clip_448", "laion2b_ft_in12k_in1k", "width=768,depth=12,heads=12,eps=1e-05,size=448,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_quickgelu_224", "laion400m_e32 openai", "width=768,depth=12,heads=12,eps=1e-05,act=quick_gelu,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_base_patch32_clip_quickgelu_224", "metaclip_2pt5b metaclip_400m", "width=768,depth=12,heads=12,eps=1e-05,act=quick_gelu,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_base_patch32_plus_256", "untrained", "width=896,depth=12,heads=14,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_base_patch32_siglip_256", "v2_webli", "width=768,depth=12,heads=12,act=gelu_tanh,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch32_siglip_gap_256", "v2_webli", "width=768,depth=12,heads=12,act=gelu_tanh,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch8_224", "augreg2_in21k_ft_in1k augreg_in21k_ft_in1k augreg_in21k", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_base_patch8_224", "dino", "width=768,depth=12,heads=12,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_betwixt_patch16_gap_256", "untrained", "width=640,depth=12,heads=10,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_betwixt_patch16_reg1_gap_256", "sbb_in1k", "width=640,depth=12,heads=10,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_betwixt_patch16_reg4_gap_256", "sbb2_e200_in12k_ft_in1k sbb_in12k_ft_in1k sbb_in1k sbb2_e200_in12k sbb_in12k", "width=640,depth=12,heads=10,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_betwixt_patch16_reg4_gap_384", "sbb2_e200_in12k_ft_in1k", "width=640,depth=12,heads=10,pool=avg,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_betwixt_patch32_clip_224", "tinyclip_laion400m", "width=640,depth=12,heads=10,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_giant_patch14_224", "untrained", "width=1408,depth=40,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_giant_patch14_clip_224", "laion2b", "width=1408,depth=40,heads=16,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_giant_patch14_dinov2", "lvd142m", "width=1536,depth=40,heads=24,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_giant_patch14_reg1_tipsv2", "webli", "width=1536,depth=40,heads=24,size=448,crop=1,filter=bicubic,norm=none"},
    {"vit_giant_patch14_reg4_dinov2", "lvd142m", "width=1536,depth=40,heads=24,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_giant_patch16_gap_224", "in22k_ijepa", "width=1408,depth=40,heads=16,pool=avg,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_giant_patch16_radio_v3", "c_radio", "width=1536,depth=40,heads=24,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_giantopt_patch16_siglip_256", "v2_webli", "width=1536,depth=40,heads=16,act=gelu_tanh,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_giantopt_patch16_siglip_384", "v2_webli", "width=1536,depth=40,heads=16,act=gelu_tanh,pool=map,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_giantopt_patch16_siglip_gap_256", "v2_webli", "width=1536,depth=40,heads=16,act=gelu_tanh,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_giantopt_patch16_siglip_gap_384", "v2_webli", "width=1536,depth=40,heads=16,act=gelu_tanh,pool=avg,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_gigantic_patch14_224", "untrained", "width=1664,depth=48,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_gigantic_patch14_clip_224", "laion2b metaclip2_worldwide metaclip_2pt5b", "width=1664,depth=48,heads=16,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_gigantic_patch14_clip_378", "metaclip2_worldwide", "width=1664,depth=48,heads=16,eps=1e-05,size=378,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"vit_gigantic_patch14_clip_quickgelu_224", "metaclip_2pt5b", "width=1664,depth=48,heads=16,eps=1e-05,act=quick_gelu,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_h_14", "IMAGENET1K_SWAG_E2E_V1", "width=1280,depth=32,heads=16,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_h_14", "IMAGENET1K_SWAG_LINEAR_V1", "width=1280,depth=32,heads=16,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_huge_patch14_224", "orig_in21k untrained", "width=1280,depth=32,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_huge_patch14_224", "mae", "width=1280,depth=32,heads=16,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_huge_patch14_clip_224", "laion2b_ft_in12k_in1k laion2b_ft_in1k laion2b_ft_in12k laion2b dfn5b metaclip2_worldwide metaclip_2pt5b metaclip_altogether", "width=1280,depth=32,heads=16,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_huge_patch14_clip_336", "laion2b_ft_in12k_in1k laion2b_ft_in1k", "width=1280,depth=32,heads=16,eps=1e-05,size=336,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"vit_huge_patch14_clip_378", "dfn5b", "width=1280,depth=32,heads=16,eps=1e-05,size=378,crop=1,filter=bicubic,norm=clip"},
    {"vit_huge_patch14_clip_378", "metaclip2_worldwide", "width=1280,depth=32,heads=16,eps=1e-05,size=378,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"vit_huge_patch14_clip_quickgelu_224", "dfn5b metaclip2_worldwide metaclip_2pt5b", "width=1280,depth=32,heads=16,eps=1e-05,act=quick_gelu,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_huge_patch14_clip_quickgelu_378", "dfn5b", "width=1280,depth=32,heads=16,eps=1e-05,act=quick_gelu,size=378,crop=1,filter=bicubic,norm=clip"},
    {"vit_huge_patch14_gap_224", "in1k_ijepa in22k_ijepa", "width=1280,depth=32,heads=16,pool=avg,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_huge_patch16_gap_448", "in1k_ijepa", "width=1280,depth=32,heads=16,pool=avg,size=448,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_huge_patch16_radio_v3", "c_radio", "width=1280,depth=32,heads=16,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_huge_patch16_radio_v4", "c_radio", "width=1280,depth=32,heads=16,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_intern300m_patch14_448", "ogvl_dist ogvl_2pt5", "width=1024,depth=24,heads=16,size=448,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_l_16", "IMAGENET1K_V1", "width=1024,depth=24,heads=16,size=224,crop=0.925619835,filter=bilinear,norm=imagenet"},
    {"vit_l_16", "IMAGENET1K_SWAG_E2E_V1", "width=1024,depth=24,heads=16,size=512,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_l_16", "IMAGENET1K_SWAG_LINEAR_V1", "width=1024,depth=24,heads=16,size=224,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_l_32", "IMAGENET1K_V1", "width=1024,depth=24,heads=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"vit_large_patch14_224", "untrained", "width=1024,depth=24,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch14_clip_224", "laion2b_ft_in12k_in1k laion2b_ft_in1k laion2b_ft_in12k laion2b", "width=1024,depth=24,heads=16,eps=1e-05,size=224,crop=1,filter=bicubic,norm=half"},
    {"vit_large_patch14_clip_224", "openai_ft_in12k_in1k openai_ft_in1k openai_ft_in12k laion400m_e32 datacompxl dfn2b_s39b dfn2b metaclip_2pt5b metaclip_400m openai apple_mclip2_dfndr2b", "width=1024,depth=24,heads=16,eps=1e-05,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_large_patch14_clip_336", "laion2b_ft_in12k_in1k laion2b_ft_in1k", "width=1024,depth=24,heads=16,eps=1e-05,size=336,crop=1,filter=bicubic,norm=half,squash=1"},
    {"vit_large_patch14_clip_336", "openai_ft_in12k_in1k", "width=1024,depth=24,heads=16,eps=1e-05,size=336,crop=1,filter=bicubic,norm=clip,squash=1"},
    {"vit_large_patch14_clip_336", "openai", "width=1024,depth=24,heads=16,eps=1e-05,size=336,crop=1,filter=bicubic,norm=clip"},
    {"vit_large_patch14_clip_quickgelu_224", "dfn2b metaclip_2pt5b metaclip_400m openai", "width=1024,depth=24,heads=16,eps=1e-05,act=quick_gelu,size=224,crop=1,filter=bicubic,norm=clip"},
    {"vit_large_patch14_clip_quickgelu_336", "openai", "width=1024,depth=24,heads=16,eps=1e-05,act=quick_gelu,size=336,crop=1,filter=bicubic,norm=clip"},
    {"vit_large_patch14_dinov2", "lvd142m", "width=1024,depth=24,heads=16,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_large_patch14_reg1_tipsv2", "webli", "width=1024,depth=24,heads=16,size=448,crop=1,filter=bicubic,norm=none"},
    {"vit_large_patch14_reg4_dinov2", "lvd142m", "width=1024,depth=24,heads=16,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_large_patch16_224", "augreg_in21k_ft_in1k orig_in21k augreg_in21k", "width=1024,depth=24,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_224", "mae", "width=1024,depth=24,heads=16,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_large_patch16_384", "augreg_in21k_ft_in1k", "width=1024,depth=24,heads=16,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_large_patch16_radio_v3", "c_radio", "width=1024,depth=24,heads=16,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_large_patch16_siglip_256", "v2_webli webli", "width=1024,depth=24,heads=16,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_siglip_384", "v2_webli webli", "width=1024,depth=24,heads=16,pool=map,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_siglip_512", "v2_webli", "width=1024,depth=24,heads=16,act=gelu_tanh,pool=map,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_siglip_gap_256", "v2_webli webli", "width=1024,depth=24,heads=16,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_siglip_gap_384", "v2_webli webli", "width=1024,depth=24,heads=16,pool=avg,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch16_siglip_gap_512", "v2_webli", "width=1024,depth=24,heads=16,act=gelu_tanh,pool=avg,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch32_224", "orig_in21k", "width=1024,depth=24,heads=16,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_large_patch32_384", "orig_in21k_ft_in1k", "width=1024,depth=24,heads=16,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_little_patch16_reg1_gap_256", "sbb_in12k_ft_in1k sbb_in12k", "width=320,depth=14,heads=5,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_little_patch16_reg4_gap_256", "sbb_in1k", "width=320,depth=14,heads=5,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_medium_patch16_clip_224", "tinyclip_yfcc15m", "width=512,depth=12,heads=8,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_medium_patch16_gap_240", "sw_in12k", "width=512,depth=12,heads=8,pool=avg,size=240,crop=0.95,filter=bicubic,norm=half"},
    {"vit_medium_patch16_gap_256", "sw_in12k_ft_in1k", "width=512,depth=12,heads=8,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_medium_patch16_gap_384", "sw_in12k_ft_in1k", "width=512,depth=12,heads=8,pool=avg,size=384,crop=0.95,filter=bicubic,norm=half,squash=1"},
    {"vit_medium_patch16_reg1_gap_256", "sbb_in1k", "width=512,depth=12,heads=8,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_medium_patch16_reg4_gap_256", "sbb_in12k_ft_in1k sbb_in1k sbb_in12k", "width=512,depth=12,heads=8,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_medium_patch32_clip_224", "tinyclip_laion400m", "width=512,depth=12,heads=8,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"vit_mediumd_patch16_reg4_gap_256", "sbb2_e200_in12k_ft_in1k sbb_in12k_ft_in1k sbb2_e200_in12k sbb_in12k", "width=512,depth=20,heads=8,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_mediumd_patch16_reg4_gap_384", "sbb2_e200_in12k_ft_in1k", "width=512,depth=20,heads=8,pool=avg,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_small_patch14_dinov2", "lvd142m", "width=384,depth=12,heads=6,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_small_patch14_reg4_dinov2", "lvd142m", "width=384,depth=12,heads=6,size=518,crop=1,filter=bicubic,norm=imagenet"},
    {"vit_small_patch16_224", "augreg_in21k_ft_in1k augreg_in1k augreg_in21k", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_small_patch16_224", "dino", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_small_patch16_36x1_224", "untrained", "width=384,depth=36,heads=6,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_small_patch16_384", "augreg_in21k_ft_in1k augreg_in1k", "width=384,depth=12,heads=6,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_small_patch32_224", "augreg_in21k_ft_in1k augreg_in21k", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_small_patch32_384", "augreg_in21k_ft_in1k", "width=384,depth=12,heads=6,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_small_patch8_224", "dino", "width=384,depth=12,heads=6,size=224,crop=0.9,filter=bicubic,norm=imagenet"},
    {"vit_so150m2_patch16_reg1_gap_256", "sbb_e200_in12k_ft_in1k sbb_e200_in12k", "width=832,depth=21,heads=13,pool=avg,size=256,crop=1,filter=bicubic,norm=half"},
    {"vit_so150m2_patch16_reg1_gap_384", "sbb_e200_in12k_ft_in1k", "width=832,depth=21,heads=13,pool=avg,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_so150m2_patch16_reg1_gap_448", "sbb_e200_in12k_ft_in1k", "width=832,depth=21,heads=13,pool=avg,size=448,crop=1,filter=bicubic,norm=half,squash=1"},
    {"vit_so150m_patch16_reg4_gap_256", "sbb_e250_in12k_ft_in1k sbb_e250_in12k", "width=896,depth=18,heads=14,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_so150m_patch16_reg4_gap_384", "sbb_e250_in12k_ft_in1k", "width=896,depth=18,heads=14,pool=avg,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_so150m_patch16_reg4_map_256", "untrained", "width=896,depth=18,heads=14,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_reg1_tipsv2", "webli", "width=1152,depth=27,heads=16,size=448,crop=1,filter=bicubic,norm=none"},
    {"vit_so400m_patch14_siglip_224", "v2_webli webli", "width=1152,depth=27,heads=16,pool=map,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_378", "v2_webli webli", "width=1152,depth=27,heads=16,pool=map,size=378,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_378", "webli_ft_in1k", "width=1152,depth=27,heads=16,pool=map,size=378,crop=1,filter=bicubic,norm=half,squash=1"},
    {"vit_so400m_patch14_siglip_384", "webli", "width=1152,depth=27,heads=16,pool=map,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_224", "v2_webli webli pali_mix pali_pt pali2_3b_pt pali2_10b_pt", "width=1152,depth=27,heads=16,pool=avg,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_378", "v2_webli", "width=1152,depth=27,heads=16,pool=avg,size=378,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_378", "webli", "width=1152,depth=27,heads=16,pool=avg,size=378,crop=1,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_378", "webli_ft_in1k", "width=1152,depth=27,heads=16,pool=avg,size=378,crop=1,filter=bicubic,norm=half,squash=1"},
    {"vit_so400m_patch14_siglip_gap_384", "webli", "width=1152,depth=27,heads=16,pool=avg,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_448", "pali_mix pali_pt pali_refcoco_seg pali_ocrvqa pali2_3b_pt pali2_10b_pt pali2_3b_docci pali2_10b_docci", "width=1152,depth=27,heads=16,pool=avg,size=448,crop=1,filter=bicubic,norm=half"},
    {"vit_so400m_patch14_siglip_gap_896", "pali_pt pali_refcoco_seg pali_ocrvqa pali2_3b_pt pali2_10b_pt", "width=1152,depth=27,heads=16,pool=avg,size=896,crop=1,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_radio_v4", "c_radio", "width=1152,depth=27,heads=16,size=512,crop=1,filter=bicubic,norm=clip"},
    {"vit_so400m_patch16_siglip_256", "v2_webli webli_i18n", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=map,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_siglip_384", "v2_webli", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=map,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_siglip_512", "v2_webli", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=map,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_siglip_gap_256", "v2_webli webli_i18n", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=avg,size=256,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_siglip_gap_384", "v2_webli", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=avg,size=384,crop=0.9,filter=bicubic,norm=half"},
    {"vit_so400m_patch16_siglip_gap_512", "v2_webli", "width=1152,depth=27,heads=16,act=gelu_tanh,pool=avg,size=512,crop=0.9,filter=bicubic,norm=half"},
    {"vit_tiny_patch16_224", "augreg_in21k_ft_in1k augreg_in21k", "width=192,depth=12,heads=3,size=224,crop=0.9,filter=bicubic,norm=half"},
    {"vit_tiny_patch16_384", "augreg_in21k_ft_in1k", "width=192,depth=12,heads=3,size=384,crop=1,filter=bicubic,norm=half"},
    {"vit_wee_patch16_reg1_gap_256", "sbb_in1k", "width=256,depth=14,heads=4,pool=avg,size=256,crop=0.95,filter=bicubic,norm=half"},
    {"vit_xsmall_patch16_clip_224", "tinyclip_yfcc15m", "width=256,depth=10,heads=4,eps=1e-05,size=224,crop=0.9,filter=bicubic,norm=clip"},
    {"wide_resnet101_2", "tv_in1k", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet101_2", "tv2_in1k", "width=64,depth=33,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet101_2", "IMAGENET1K_V1", "width=64,depth=33,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet101_2", "IMAGENET1K_V2", "width=64,depth=33,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    {"wide_resnet50_2", "racm_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bicubic,norm=imagenet"},
    {"wide_resnet50_2", "tv_in1k", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet50_2", "tv2_in1k", "width=64,depth=16,size=176,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet50_2", "IMAGENET1K_V1", "width=64,depth=16,size=224,crop=0.875,filter=bilinear,norm=imagenet"},
    {"wide_resnet50_2", "IMAGENET1K_V2", "width=64,depth=16,size=224,crop=0.965517241,filter=bilinear,norm=imagenet"},
    /* clang-format on */
};
enum { VRP_PUBLISHED_ROWS = sizeof vrp_published_rows / sizeof *vrp_published_rows };

static const char vrp_published_vit[] = "eps=1e-6,act=gelu,pool=token,post_norm=0,squash=0",
                  vrp_published_resnet[] =
                      "eps=1e-5,act=relu,stem_stride=2,stem_pool=1,output_stride=32,antialias=none,squash=0";

static bool vrp_published_tag(const char *tags, const char *tag) {
    const size_t n = strlen(tag);
    for (const char *s = tags; *s;) {
        const size_t k = strcspn(s, " ");
        if (k == n && memcmp(s, tag, n) == 0) return true;
        s += k + (s[k] == ' ');
    }
    return false;
}

/* Where the name has no tag and its weights differ in their images, these are only assumed to be the first ones'. */
static bool vrp_published_set(vrp_facts *f, int row, bool certain, vr_err *err) {
    const char *facts = vrp_published_rows[row].facts, *images = strstr(facts, ",size=");
    const char *network = vr_arena_string(f->arena, facts, images - facts);
    const bool vit = strstr(network, "heads=") != NULL;
    return vrp_facts_parse(f, vit ? vrp_published_vit : vrp_published_resnet, VRP_FROM_TABLE, err) &&
           vrp_facts_parse(f, network, VRP_FROM_TABLE, err) &&
           vrp_facts_parse(f, images + 1, certain ? VRP_FROM_TABLE : VRP_FROM_RULE, err);
}

bool vrp_facts_published(vrp_facts *f, const char *name, vr_err *err) {
    const size_t n = strcspn(name, ".");
    const char *tag = name[n] ? name + n + 1 : NULL;
    int first = -1, count = 0;
    vr_text tags = {.arena = f->arena};
    for (int i = 0; i < VRP_PUBLISHED_ROWS; i++) {
        if (strlen(vrp_published_rows[i].name) != n || memcmp(vrp_published_rows[i].name, name, n) != 0)
            continue;
        if (first < 0) first = i;
        count++;
        vr_text_printf(&tags, "%s%s", tags.size > 0 ? " " : "", vrp_published_rows[i].tags);
        if (!tag || !vrp_published_tag(vrp_published_rows[i].tags, tag)) continue;
        f->name = vr_arena_string(f->arena, name, (int64_t)strlen(name));
        return vrp_published_set(f, i, true, err);
    }
    if (first < 0) return false;
    if (tag)
        return vr_fail(err, VR_ERR_ARGUMENT, "unknown tag '%s' of %.*s: expected one of %.300s", tag, (int)n,
                       name, tags.data);
    f->name = vr_arena_string(f->arena, name, (int64_t)n);
    return vrp_published_set(f, first, count == 1, err);
}

int64_t vrp_facts_published_heads(int64_t width, int64_t depth) {
    int64_t heads = 0;
    for (int i = 0; i < VRP_PUBLISHED_ROWS; i++) {
        const char *s = vrp_published_rows[i].facts, *h = strstr(s, "heads="), *d = strstr(s, "depth=");
        if (!h || !d || atoll(s + strlen("width=")) != width || atoll(d + strlen("depth=")) != depth)
            continue;
        const int64_t now = atoll(h + strlen("heads="));
        if (heads != 0 && now != heads) return -1;
        heads = now;
    }
    return heads;
}
